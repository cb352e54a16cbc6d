"""What faces say to people: of templates and their elements, of pictures, and of what is printed."""

from collections.abc import Mapping

from central.domain.saying import Message

NO_FACE = Message("no_face", "没有编号为 {face_id} 的票面模板", "there is no face {face_id}")
NO_FACE_GIVEN = Message(
    "no_face_given",
    "票种 {type_id} 和景区 {site_id} 都没有票面模板：请先指定一个",
    "neither the ticket type {type_id} nor the site {site_id} has a face; give one a face",
)
TOO_MANY_FACES = Message(
    "too_many_faces",
    "票面模板已有 {most} 个：请先删除没有票种使用的模板",
    "there are {most} faces already; delete one that no type uses",
)
FACE_EXISTS = Message(
    "face_exists", "已有名为 {name:.64} 的票面模板：请换一个名称", "there is a face {name:.64} already; choose another name"
)
FACE_IN_USE = Message(
    "face_in_use",
    "票面模板正被{uses}使用：请先为其更换模板",
    "the face is that of {uses}; give them another one first",
)
USED_BY_TYPES = Message("used_by_types", "票种 {types}", "ticket type {types}")
USED_BY_SITES = Message("used_by_sites", "景区 {sites}", "site {sites}")
USED_BY_BOTH = Message("used_by_both", "{types}和{sites}", "{types}, {sites}")
NO_PICTURE = Message("no_picture", "没有编号为 {picture_id} 的图片", "there is no picture {picture_id}")
NO_PICTURE_TO_SHOW = Message(
    "no_picture_to_show", "没有编号为 {picture_id} 的图片：请先上传", "there is no picture {picture_id}; add it first"
)
TOO_MANY_PICTURES = Message(
    "too_many_pictures",
    "图片已有 {most} 张：请先删除没有票面模板使用的图片",
    "there are {most} pictures already; delete one that no face shows",
)
PICTURE_EXISTS = Message(
    "picture_exists", "已有名为 {name:.64} 的图片：请换一个名称", "there is a picture {name:.64} already; choose another name"
)
PICTURE_IN_USE = Message(
    "picture_in_use",
    "图片正用于票面模板 {faces}：请先从这些模板中移除",
    "the picture is shown on {faces}; take it off these faces first",
)
PICTURE_UNKNOWN = Message(
    "picture_unknown",
    "文件不是 PNG 或 JPEG 图片：请另存为其中一种格式",
    "the file is neither a PNG nor a JPEG picture; save it as one of them",
)
PICTURE_TOO_LARGE = Message(
    "picture_too_large",
    "图片为 {width} x {height} 像素，最大 {most} x {most}：请缩小后再上传",
    "the picture has {width} x {height} pixels; at most {most} x {most} are taken: scale it down",
)
PICTURE_BROKEN = Message(
    "picture_broken", "图片已损坏（{why}）：请重新保存后再上传", "the picture is broken: {why}; save it again"
)
PIXELS_UNREADABLE = Message("pixels_unreadable", "像素无法读取", "its pixels cannot be read")
HEADER_MISSING = Message("header_missing", "开头没有文件头", "it does not begin with a header")
END_MISSING = Message("end_missing", "缺少结尾", "its end is missing")
PART_CHANGED = Message("part_changed", "有一部分缺失或被改动", "a part is missing or was changed")
SIZE_MISSING = Message("size_missing", "没有尺寸", "it says no size")
FACE_WRONG = Message("face_wrong", "{field}：{first}（共 {count} 处有误）", "{field}: {first} ({count} in all)")
CODE_MISSING = Message("code_missing", "没有二维码，闸机无法检票：请添加一个", "no element is a qr; gates admit by it: add one")
ELEMENTS_TOO_LARGE = Message(
    "elements_too_large",
    "各元素面积之和超过票面的 {most} 倍：请缩小",
    "the elements together are more than {most} times as large as the paper; make them smaller",
)
PICTURES_TOO_MANY = Message(
    "pictures_too_many",
    "不同的图片超过 {most} 张：请减少",
    "more than {most} different pictures are shown; show fewer",
)
BEYOND_WIDTH = Message(
    "beyond_width",
    "{element}到达 {reached_mm} mm，而票面宽 {paper_mm} mm",
    "the {element} reaches {reached_mm} mm, the paper is {paper_mm} mm wide",
)
BEYOND_HEIGHT = Message(
    "beyond_height",
    "{element}到达 {reached_mm} mm，而票面高 {paper_mm} mm",
    "the {element} reaches {reached_mm} mm, the paper is {paper_mm} mm high",
)
STROKES_FILL_BOX = Message("strokes_fill_box", "线宽填满了方框", "the strokes of the box fill it")
ELEMENT_TEXT = Message("element_text", "文字", "text")
ELEMENT_QR = Message("element_qr", "二维码", "qr")
ELEMENT_BARCODE = Message("element_barcode", "条形码", "code128")
ELEMENT_PICTURE = Message("element_picture", "图片", "picture")
ELEMENT_LINE = Message("element_line", "线条", "line")
ELEMENT_BOX = Message("element_box", "方框", "box")
ELEMENTS: Mapping[str, Message] = {
    "text": ELEMENT_TEXT,
    "qr": ELEMENT_QR,
    "code128": ELEMENT_BARCODE,
    "picture": ELEMENT_PICTURE,
    "line": ELEMENT_LINE,
    "box": ELEMENT_BOX,
}
VALUE_UNKNOWN = Message(
    "value_unknown",
    "{{{name}}} 不是可用的值；可用的有：{known}",
    "{{{name}}} names no value; known are {known}",
)
BRACE_ALONE = Message(
    "brace_alone", "花括号没有成对：花括号内须为值的名称", "a brace stands alone; braces surround the name of a value"
)
CHARACTER_UNPRINTABLE = Message(
    "character_unprintable",
    "含有无法打印的字符（控制字符或方向标记）：请删除",
    "a character cannot be printed (a control, or a mark of direction); remove it",
)
TICKET_NOT_PRINTED = Message(
    "ticket_not_printed",
    "门票状态为“{state}”：只能打印有效的门票",
    "the ticket is {state}; only an active one is printed",
)
PRINTER_BY_BOTH = Message(
    "printer_by_both",
    "指定打印机须同时填写 agent_id 和 printer，或都不填",
    "name a printer by its agent and its name (agent_id, printer), or by neither",
)
