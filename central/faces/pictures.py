"""Pictures for faces: brought by people, kept as central has made them again.

Laws: the file that a person brought is neither kept nor served; a picture that the newest version of a face shows is not deleted
(older versions print without it). Every change is audited.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy import select as sql_select
from sqlmodel import col, func, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.faces.drawing.patches import Grey
from central.faces.drawing.uploads import as_png, read_picture
from central.faces.messages import NO_PICTURE, PICTURE_EXISTS, PICTURE_IN_USE, TOO_MANY_PICTURES
from central.faces.rules.placing import picture_ids
from central.faces.template import Template
from central.store.tables.faces import FacePictureRow, FaceRow, FaceVersionRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant

MOST_PICTURES = 200


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, without its pixels."""

    picture_id: int
    name: str
    width_px: int
    height_px: int
    added_at: Instant
    added_by: int


class Pictures:
    """Keeps pictures."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def all_pictures(self) -> tuple[Picture, ...]:
        """Return all pictures by number; there are 200 at most."""
        row = FacePictureRow
        shown = (col(row.id), col(row.name), col(row.width_px), col(row.height_px), col(row.added_at), col(row.added_by))
        query: Select[*tuple[Any, ...]] = sql_select(*shown).order_by(col(row.id))
        async with self._store.reading() as work:
            found = (await (await work.connection()).execute(query)).all()
        return tuple(Picture(*one) for one in found)

    async def png(self, picture_id: int) -> bytes:
        """Return the grey PNG of a picture; Problem where there is none."""
        async with self._store.reading() as work:
            row = await work.session.get(FacePictureRow, picture_id)
        if row is None:
            raise _not_there(picture_id)
        return row.png

    async def add(self, name: str, data: bytes, by: int, now: Instant) -> Picture:
        """Add the picture in a file; Problem where the file is none, too large or broken, or the name is taken."""
        grey, png = await asyncio.to_thread(_made_again, data)
        async with self._store.transaction() as work:
            query = select(func.count()).select_from(FacePictureRow)
            if (await work.session.exec(query.where(col(FacePictureRow.name) == name))).one():
                raise wrong_field(ProblemCode.CONFLICT, "name", PICTURE_EXISTS.of(name=name))
            if (await work.session.exec(query)).one() >= MOST_PICTURES:
                raise Problem(ProblemCode.CONFLICT, TOO_MANY_PICTURES.of(most=MOST_PICTURES))
            height, width = grey.shape
            row = FacePictureRow(name=name, width_px=width, height_px=height, png=png, added_at=now, added_by=by)
            work.session.add(row)
            await work.session.flush()
            audit.record(
                work, now, by, "face-picture.add", f"face-picture:{row.id}", changes=changes_between(None, {"name": name})
            )
            assert row.id is not None, "a stored picture has its number"
            return Picture(row.id, name, width, height, now, by)

    async def remove(self, picture_id: int, by: int, now: Instant) -> None:
        """Delete a picture; Problem where there is none, or a face shows it."""
        async with self._store.transaction() as work:
            row = await work.session.get(FacePictureRow, picture_id, with_for_update=True, populate_existing=True)
            if row is None:
                raise _not_there(picture_id)
            shown_on = await _faces_with(work, picture_id)
            if shown_on:
                raise Problem(ProblemCode.CONFLICT, PICTURE_IN_USE.of(faces=", ".join(shown_on[:10])))
            await work.session.delete(row)
            audit.record(
                work,
                now,
                by,
                "face-picture.delete",
                f"face-picture:{picture_id}",
                changes=changes_between({"name": row.name}, None),
            )


async def pictures_there(work: Work, picture_ids: Collection[int]) -> frozenset[int]:
    """Return those of the pictures that are there, locked against their deletion to the end of the transaction."""
    query = select(FacePictureRow.id).where(col(FacePictureRow.id).in_(picture_ids)).order_by(col(FacePictureRow.id))
    return frozenset(one for one in (await work.session.exec(query.with_for_update(read=True))).all() if one is not None)


async def files(work: Work, wanted: Collection[int]) -> Mapping[int, bytes]:
    """Return the grey PNG files of those of the pictures that are there."""
    query = select(FacePictureRow.id, FacePictureRow.png).where(col(FacePictureRow.id).in_(wanted))
    return {number: png for number, png in (await work.session.exec(query)).all() if number is not None}


async def _faces_with(work: Work, picture_id: int) -> list[str]:
    row = FaceVersionRow
    newest = select(row.template).join(
        FaceRow, (col(FaceRow.id) == col(row.face_id)) & (col(FaceRow.version) == col(row.version))
    )
    templates = map(Template.model_validate_json, (await work.session.exec(newest)).all())
    return [one.name for one in templates if picture_id in picture_ids(one)]


def _made_again(data: bytes) -> tuple[Grey, bytes]:
    grey = read_picture(data)
    return grey, as_png(grey)


def _not_there(picture_id: int) -> Problem:
    return Problem(ProblemCode.NOT_FOUND, NO_PICTURE.of(picture_id=picture_id))
