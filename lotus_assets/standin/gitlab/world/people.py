"""Who works at toman: people and bots, as `GET /users/:id` shows them."""

from dataclasses import dataclass
from typing import Literal

from lotus_assets.standin.gitlab.store import BASE_URL, Payload

SignatureKind = Literal["gpg", "ssh", "x509"]


@dataclass(frozen=True)
class Person:
    """A user and what Git knows of them."""

    user_id: int
    username: str
    name: str
    email: str = ""
    signature: SignatureKind | None = None
    is_bot: bool = False
    is_email_public: bool = True
    state: str = "active"

    @property
    def brief(self) -> Payload:
        """The user as other payloads embed it."""
        return BRIEF[self.user_id]


def _person(number: int, name: str, signature: SignatureKind | None = None) -> Person:
    username = name.lower().replace(" ", ".")
    return Person(
        100 + number, username, name, f"{username.replace('.', '-')}@example.invalid", signature
    )


PEOPLE = (
    _person(1, "Aylin Demirci", "gpg"),
    _person(2, "Bram Koster", "ssh"),
    _person(3, "Chidi Okafor"),
    _person(4, "Daan Verhoeven", "gpg"),
    _person(5, "Elif Sahin"),
    _person(6, "Femke Brouwer", "x509"),
    _person(7, "Goran Petrov"),
    _person(8, "Hanna Lindqvist", "ssh"),
    _person(9, "Ilse Vermeer"),
    _person(10, "Jonas Hartwig", "gpg"),
    _person(11, "Karim Benali"),
    _person(12, "Lotte Smeets", "ssh"),
    _person(13, "Mirza Kovac"),
    _person(14, "Naomi Adeyemi", "gpg"),
    _person(15, "Oskar Nowak"),
    _person(16, "Priya Raman", "ssh"),
    _person(17, "Quirijn Bos"),
    _person(18, "Roza Yilmaz", "gpg"),
    _person(19, "Sander Mulder"),
    _person(20, "Tess Aldemir", "x509"),
    _person(21, "Umut Aksoy"),
    _person(22, "Vera Janssen", "ssh"),
    Person(123, "wim.dekker", "Wim Dekker"),
    Person(124, "xenia.popov", "Xenia Popov", "xenia-popov@example.invalid", is_email_public=False),
    Person(125, "yusuf.kaya", "Yusuf Kaya", "yusuf-kaya@example.invalid", state="blocked"),
)
"""The 25 people. `wim.dekker` has no address at all, `xenia.popov` none in the open."""

RENOVATION_BOT = Person(
    201,
    "project_123_bot_4ffca233d8298ea1",
    "dependency-updates",
    "project-123-bot@example.invalid",
    is_bot=True,
)
SERVICE_ACCOUNT = Person(
    202,
    "service_account_group_42_7f3a",
    "release service",
    "service-account-release@example.invalid",
    is_bot=True,
)
MERGE_BOT = Person(203, "merge-bot", "Merge Bot", "merge-bot@example.invalid")
"""A bot by its name only: GitLab does not know."""

GHOST = Person(204, "ghost", "Ghost User")
"""The account that stands for people who were deleted."""

EVERYONE = (*PEOPLE, RENOVATION_BOT, SERVICE_ACCOUNT, MERGE_BOT, GHOST)
BRIEF: dict[int, Payload] = {
    person.user_id: {
        "id": person.user_id,
        "username": person.username,
        "public_email": person.email if person.is_email_public else "",
        "name": person.name,
        "state": person.state,
        "locked": False,
        "avatar_url": None,
        "web_url": f"{BASE_URL}/{person.username}",
    }
    for person in EVERYONE
}


def user(person: Person) -> Payload:
    """`GET /users/:id` of one person."""
    return {
        **person.brief,
        "created_at": "2024-01-15T08:00:00.000Z",
        "bio": "",
        "location": "",
        "linkedin": "",
        "twitter": "",
        "discord": "",
        "website_url": "",
        "github": "",
        "job_title": "",
        "pronouns": None,
        "organization": "",
        "bot": person.is_bot,
        "work_information": None,
        "followers": 0,
        "following": 0,
        "local_time": None,
    }
