"""The screens: server-rendered pages for workers, officers, the operator, residents and anyone.

How to add a page, in the words of this folder:

1. Write a handler ``async def x(visit: Visit) -> Response`` in a module named for what one does
   there, and list it as ``Screen(path, x, roles)`` in that module's ``SCREENS``; add the module to
   ``SCREENS`` in ``app``. The guard signs in, checks the role, the form's token and its origin;
   posted values stand in ``visit.form``. Add its row to ``tests/web/test_authorisation.py``.
2. A page that shows a personal value subclasses ``HtmlFormat`` (``tell`` turns what was disclosed
   into the template's values) and answers with ``ReleasedPage``: see ``handovers`` and ``dossier``.
   Any other page answers with ``page(visit, template, ...)``. After a POST, redirect (303).
3. The template extends ``layout.html`` and uses the macros of ``parts.html``. Nothing inline: no
   style, no script, no ``on...``. Undefined names are errors.
4. Texts are Dutch: ``{{ _("...") }}`` or ``{% trans %}`` in templates, ``N_("...")`` in Python and
   ``visit.say(...)`` where shown. ``make messages`` adds them to ``translations/en.po``; a test
   fails where one is not translated.
5. Addresses hold this organisation's own references and safe codes only; titles hold no name.
   What was searched for is posted.
6. Add the path to ``navigation`` for each role, and the page to the tests of accessibility in
   ``tests/web/test_accessibility.py``.

Styles are in ``frontend/src``; ``make frontend`` builds them into ``static/dist``, which is committed.
"""
