"""Faces: designed, tried, given to a type, printed."""

import cv2
import numpy as np

from tests.examples.teller import BY_ID, Json, Teller, address

QR = {"kind": "qr", "x_mm": 20, "y_mm": 24, "size_mm": 40}
TITLE = {"kind": "text", "x_mm": 4, "y_mm": 4, "width_mm": 72, "font_mm": 6, "alignment": "centre", "text": "{site} {type_name}"}
NUMBER = {"kind": "code128", "x_mm": 10, "y_mm": 70, "width_mm": 60, "height_mm": 10}
FACE = {"name": "门票 80 mm", "width_mm": 80, "height_mm": 100, "elements": [TITLE, QR, NUMBER]}
SHORT = {"name": "门票 80 mm", "width_mm": 80, "height_mm": 70, "elements": [TITLE, QR]}
ORDER = {
    "site_id": 1,
    "lines": [{"ticket_type_id": 1, "visit_day": "2026-05-10"}],
    "expected_total_fen": 8_000,
    "method": "cash",
}


async def story(tell: Teller) -> None:
    """A face is tried as a draft, changed, given to a type and a site, and a ticket is printed with it."""
    picture_id = (await _uploaded(tell, "logo"))["picture_id"]
    await tell.show("listFacePictures")
    await tell.show("readFacePicture", picture_id=picture_id)
    await tell.show("previewFace", {"template": SHORT, "dpi": 203, "language": "zh"})
    face_id = (await tell.show("addFace", FACE))["face_id"]
    await tell.show("changeFace", {"version": 0, "template": SHORT}, face_id=face_id)
    await tell.show("listFaceVersions", face_id=face_id)
    await tell.show("setTicketTypeFace", {"version": 0, "face_id": face_id}, ticket_type_id=1)
    await tell.show("readTicketTypeFace", ticket_type_id=1)
    await tell.show("setSiteFace", {"version": 0, "face_id": face_id}, site_id=1)
    await tell.show("readSiteFace", site_id=1)
    await tell.show("readFace", face_id=face_id)
    await tell.show("listFaces")
    ticket_id = (await tell.ask("sellOrder", ORDER))["tickets"][0]["ticket_id"]
    await tell.show("readTicketPrint", ticket_id=ticket_id, dpi=203)
    await tell.ask("setTicketTypeFace", {"version": 1, "face_id": None}, ticket_type_id=1)
    await tell.ask("setSiteFace", {"version": 1, "face_id": None}, site_id=1)
    await tell.show("deleteFace", face_id=face_id)
    await tell.show("deleteFacePicture", picture_id=picture_id)


async def _uploaded(tell: Teller, name: str) -> Json:
    """Add a black picture, and keep the call as the example; its body is no text, so that it is not shown."""
    operation = BY_ID["addFacePicture"]
    url = tell.url + address(operation, {"name": name})
    file = cv2.imencode(".png", np.zeros((4, 4), np.uint8))[1].tobytes()
    headers = {"Authorization": f"Bearer {tell.token}", "Content-Type": "image/png"}
    said = await tell.answered(operation, url, headers, data=file)
    tell.keep("addFacePicture", {"name": name}, file.hex(), said)
    return said
