"""Names in Latin script by background, so that surname, given name, country and language agree.

Codes of nationality are of BRP table 32.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Background:
    """Where a household comes from; ``weight`` is its share in the population."""

    weight: int
    land: str
    nationaliteit: str
    talen: tuple[str, ...]
    plaatsen: tuple[str, ...]
    families: tuple[str, ...]
    mannen: tuple[str, ...]
    vrouwen: tuple[str, ...]


def _background(weight: int, codes: str, *lists: str) -> Background:
    """Read a background from words: land, nationality and languages; places; names in three lists.

    An underscore stands for a space within a name.
    """
    land, nationaliteit, *talen = codes.split()
    plaatsen, families, mannen, vrouwen = (
        tuple(word.replace("_", " ") for word in words.split()) for words in lists
    )
    return Background(
        weight, land, nationaliteit, tuple(talen), plaatsen, families, mannen, vrouwen
    )


BACKGROUNDS: Final = (
    _background(
        34,
        "SY 0336 ara",
        "Aleppo Damascus Homs Hama Idlib Deir_ez-Zor Latakia",
        "Al-Khatib Haddad Saleh Nassar Darwish Al-Masri Khoury Hamdan Shaheen Barakat Qasim Sabbagh",
        "Omar Yusuf Khaled Samir Fadi Anas Basel Hadi Karim Mazen Rami Tarek",
        "Layla Rania Nour Hala Rasha Dima Samar Reem Lina Maysa Yara Amal",
    ),
    _background(
        14,
        "ER 0084 tir",
        "Asmara Keren Mendefera Dekemhare Adi_Keyh Massawa",
        "Tesfamariam Gebremedhin Habtom Weldemichael Kidane Ghebrehiwet Araya Tekle Yohannes Berhe",
        "Tesfay Merhawi Filmon Yonas Samuel Biniam Daniel Robel Kibrom Aman",
        "Selam Mihret Luwam Feven Rahwa Senait Helen Winta Eden Saba",
    ),
    _background(
        12,
        "SY 0336 kmr ara",
        "Qamishli Kobani Afrin Amuda Al-Hasakah",
        "Hesen Brahim Osman Sheikho Mistefa Xelil Demir Bozan Haci Ali_Ahmed",
        "Rojhat Azad Serhat Dilovan Kawa Ciwan Baran Hogir Rizgar Welat",
        "Zozan Berivan Rojin Hevin Delal Jiyan Nesrin Evin Shilan Avin",
    ),
    _background(
        5,
        "IQ 0314 ckb ara",
        "Sulaymaniyah Erbil Halabja Kirkuk Ranya",
        "Karim Rashid Hama_Amin Aziz Salih Jaff Barzani Mahmood Faraj Qadir",
        "Aram Hiwa Karzan Shwan Soran Goran Zana Rebwar Bakhtiar Dana",
        "Shler Nasrin Tara Chnar Lanja Hawar Sazan Bahar Kazhal Runak",
    ),
    _background(
        14,
        "AF 0300 prs pus",
        "Kabul Herat Mazar-e_Sharif Bamyan Ghazni Kunduz",
        "Rahimi Karimi Ahmadi Noori Sadat Hashimi Rezai Amiri Nazari Yusufi",
        "Farid Mustafa Najib Wahid Ehsan Hamid Jawad Mirwais Sohrab Zabi",
        "Amina Zahra Fatima Shabnam Marwa Parwin Soraya Laila Freshta Nilofar",
    ),
    _background(
        11,
        "TR 0339 tur",
        "Ankara Izmir Konya Adana Gaziantep Bursa",
        "Öztürk Demirel Kaya Çelik Şahin Güneş Arslan Koç Doğan Polat",
        "Mehmet Emre Burak Hakan Serkan Kemal Onur Cem Murat Volkan",
        "Ayşe Elif Zeynep Derya Gül Esra Selin Büşra Şirin Özlem",
    ),
    _background(
        7,
        "UA 0034 ukr",
        "Kharkiv Odesa Mariupol Dnipro Lviv Zaporizhzhia",
        "Kovalenko Shevchenko Bondarenko Tkachenko Melnyk Kravchuk Lysenko Moroz Savchenko Rudenko",
        "Mykola Andriy Oleksandr Taras Bohdan Ihor Dmytro Serhiy Vadym Yuriy",
        "Olena Iryna Oksana Natalia Kateryna Svitlana Yulia Daria Halyna Tetiana",
    ),
    _background(
        3,
        "SO 0149 som",
        "Mogadishu Kismayo Baidoa Hargeisa Galkayo",
        "Warsame Nuur Abdi_Ali Farah Hirsi Jama Mohamud Osman_Ali Duale Guled",
        "Abdirahman Mahad Liban Ayanle Yasin Hassan Bilal Faysal Idris Zakaria",
        "Hodan Ifrah Sagal Ayaan Hibo Nasra Deqa Ubah Filsan Idil",
    ),
)
STATELESS: Final = "0499"
