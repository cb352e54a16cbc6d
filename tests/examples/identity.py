"""People, their permissions, and how they sign in."""

from pyotp import TOTP

from protocol.instants import MS_PER_SECOND
from tests.builders.served import PASSWORD
from tests.examples.teller import Json, Teller

OTHER_PASSWORD = "another long passphrase"
LI = 2


async def story(tell: Teller) -> None:
    """An administrator signs in, hires a seller, and arranges the menu."""
    await _session(tell)
    await _people(tell)
    await _supervisors(tell)
    file = "用户名,姓名,渠道,角色\nzhou,周杰,window,售票员\n"
    report = await tell.upload("reportImports", file, kind="users")
    await tell.show("applyImport", report_id=report["report_id"])
    await _menu(tell)
    await tell.show("signOut")


async def _session(tell: Teller) -> None:
    await tell.show("signIn", {"name": "admin", "password": PASSWORD, "bearer": True})
    changed = {"old_password": PASSWORD, "new_password": OTHER_PASSWORD, "bearer": True}
    tell.token = (await tell.show("changePassword", changed))["token"]
    await tell.show("readSession")
    await _preferences(tell)
    await tell.show("proveSession", {"password": OTHER_PASSWORD})
    begun = await tell.show("beginTotp", {"password": OTHER_PASSWORD})
    await tell.show("confirmTotp", {"totp_code": TOTP(begun["secret"]).at(tell.clock.now // MS_PER_SECOND)})
    await tell.show("endTotp", {"password": OTHER_PASSWORD})


async def _preferences(tell: Teller) -> None:
    read = await tell.show("readPreferences")
    view = {"list_key": "orders", "name": "本周窗口", "filter": "channel=window&state=paid", "columns": ["order_id", "total_fen"]}
    looks = {"language": "zh-CN", "theme": "system", "density": "compact", "default_site_id": 1}
    body = {"version": read["version"], **looks, "pinned_pages": ["sell", "orders"], "views": [view]}
    await tell.show("changePreferences", body)


async def _people(tell: Teller) -> None:
    await tell.show("readPermissions")
    role = {"name": "检票员 Ticket checker", "permissions": ["devices.read", "admissions.read"], "scope": "all"}
    role_id = (await tell.show("addRole", role))["role_id"]
    await tell.show(
        "changeRole", {"version": 0, **role, "counter_scope": "all", "permissions": ["admissions.read"]}, role_id=role_id
    )
    await tell.show("listRoles")
    wang = {"full_name": "王伟", "channel": "window", "role_ids": [role_id]}
    user_id = (await tell.show("addUser", {"name": "wang", **wang}))["user"]["user_id"]
    await tell.show("readUser", user_id=user_id)
    await tell.show("listUsers", limit=2)
    await tell.show("changeUser", {"version": 0, **wang, "role_ids": []}, user_id=user_id)
    await tell.show("amendUser", {"version": 1, "channel": "phone"}, user_id=user_id)
    await tell.show("disableUser", user_id=user_id)
    await tell.show("enableUser", user_id=user_id)
    await tell.show("resetUserPassword", user_id=user_id)
    await tell.show("deleteUser", user_id=user_id)
    await tell.show("deleteRole", role_id=role_id)
    grant = {"user_id": LI, "name": "tour shop", "permissions": ["sales.sell"], "expires_at": "2027-01-01T00:00:00+08:00"}
    token_id = (await tell.show("addToken", grant))["details"]["token_id"]
    await tell.show("listTokens")
    await tell.show("revokeToken", token_id=token_id)


async def _supervisors(tell: Teller) -> None:
    await tell.show("addSupervisor", site_id=1, name="li")
    await tell.show("setSupervisorPin", {"pin": "730518"}, name="li")
    await tell.show("setSupervisorCard", {"card": "04 A2 5C 1B 9F 60 80"}, name="li")
    await tell.show("listSupervisors", site_id=1)
    await tell.show("deleteSupervisorCard", name="li")
    await tell.show("removeSupervisor", site_id=1, name="li")
    await tell.ask("addSupervisor", site_id=1, name="admin")
    await tell.show("setOwnPin", {"pin": "904162", "password": OTHER_PASSWORD})


async def _menu(tell: Teller) -> None:
    await tell.show("readMenu")
    menu = await tell.show("readMenuArrangement")
    groups = [_placed(group) for group in reversed(menu["groups"])]
    await tell.show("arrangeMenu", {"version": menu["version"], "groups": groups})
    await tell.show("restoreMenu")


def _placed(group: Json) -> Json:
    pages = [{"key": page["key"], "is_hidden": page["is_hidden"]} for page in group["pages"]]
    return {**group, "pages": pages}
