"""What a person may be allowed to do. Each route names one of these; nothing is allowed by default."""

from enum import StrEnum

from central.domain.saying import Message, Said


class Permission(StrEnum):
    """The names are stored with roles and never change their meaning."""

    CATALOG_READ = "catalog.read"
    CATALOG_EDIT = "catalog.edit"
    SALES_READ = "sales.read"
    SALES_SELL = "sales.sell"
    SALES_SELL_ALL = "sales.sell-all"
    PAYMENTS_READ = "payments.read"
    PAYMENTS_SETTLE = "payments.settle"
    HOLDERS_READ = "holders.read"
    TICKETS_EDIT = "tickets.edit"
    TICKETS_RESCHEDULE = "tickets.reschedule"
    TICKETS_UPGRADE = "tickets.upgrade"
    TICKETS_REPRINT = "tickets.reprint"
    CODES_EXPORT = "codes.export"
    CODES_ACTIVATE = "codes.activate"
    REFUNDS_READ = "refunds.read"
    REFUNDS_REQUEST = "refunds.request"
    REFUNDS_OVERRIDE = "refunds.override"
    REFUNDS_BY_HAND = "refunds.by-hand"
    REFUNDS_FORCE = "refunds.force"
    REFUNDS_BATCH = "refunds.batch"
    DEVICES_READ = "devices.read"
    DEVICES_EDIT = "devices.edit"
    ADMISSIONS_CHECK = "admissions.check"
    ADMISSIONS_READ = "admissions.read"
    ADMISSIONS_SETTLE = "admissions.settle"
    ON_SITE_CORRECT = "on-site.correct"
    REPORTS_READ = "reports.read"
    PROMOTERS_READ = "promoters.read"
    PROMOTERS_EDIT = "promoters.edit"
    AGENCIES_READ = "agencies.read"
    AGENCIES_EDIT = "agencies.edit"
    AGENCIES_FUNDS = "agencies.funds"
    SHIFTS_READ = "shifts.read"
    SHIFTS_SETTLE = "shifts.settle"
    USERS_READ = "users.read"
    USERS_EDIT = "users.edit"
    ROLES_EDIT = "roles.edit"
    MENUS_EDIT = "menus.edit"
    TOKENS_EDIT = "tokens.edit"
    SUPERVISORS_EDIT = "supervisors.edit"
    PARAMETERS_READ = "parameters.read"
    PARAMETERS_EDIT = "parameters.edit"
    AUDIT_READ = "audit.read"
    AUDIT_PURGE = "audit.purge"


ALL = tuple(permission.value for permission in Permission)

# What the roles page shows beside each box: (zh-CN, en).
TITLES: dict[Permission, tuple[str, str]] = {
    Permission.CATALOG_READ: ("查看票务设置", "See what is sold"),
    Permission.CATALOG_EDIT: ("修改票务设置", "Change what is sold"),
    Permission.SALES_READ: ("查看订单", "See orders"),
    Permission.SALES_SELL: ("售票", "Sell tickets"),
    Permission.SALES_SELL_ALL: ("不受售票设置限制售票", "Sell whatever the sale settings say"),
    Permission.PAYMENTS_READ: ("查看支付单据和对账", "See payments and reconciliation"),
    Permission.PAYMENTS_SETTLE: ("处理对账差异", "Settle reconciliation differences"),
    Permission.HOLDERS_READ: ("查看实名信息", "Read holders' documents in full"),
    Permission.TICKETS_EDIT: ("变更门票", "Change sold tickets"),
    Permission.TICKETS_RESCHEDULE: ("改签", "Move tickets to another day"),
    Permission.TICKETS_UPGRADE: ("补差价换票", "Change tickets for dearer ones"),
    Permission.TICKETS_REPRINT: ("补打门票", "Print sold tickets again"),
    Permission.CODES_EXPORT: ("导出和作废激活码", "Export, send and void activation codes"),
    Permission.CODES_ACTIVATE: ("激活门票", "Activate tickets by code"),
    Permission.REFUNDS_READ: ("查看退票", "See refunds"),
    Permission.REFUNDS_REQUEST: ("退票", "Refund tickets"),
    Permission.REFUNDS_OVERRIDE: ("越过闸机确认退票", "Pay a refund before all gates have confirmed"),
    Permission.REFUNDS_BY_HAND: ("手工设定退票手续费", "Set a refund's fee by hand"),
    Permission.REFUNDS_FORCE: ("强制退票", "Refund tickets that were used"),
    Permission.REFUNDS_BATCH: ("闭园批量退票", "Refund all tickets of a closed day"),
    Permission.DEVICES_READ: ("查看检票设备", "See check points and agents"),
    Permission.DEVICES_EDIT: ("管理检票设备", "Change check points and agents"),
    Permission.ADMISSIONS_CHECK: ("手机验票", "Check tickets with a phone"),
    Permission.ADMISSIONS_READ: ("查看检票记录", "See admission records"),
    Permission.ADMISSIONS_SETTLE: ("处理检票冲突", "Settle conflicts of admissions"),
    Permission.ON_SITE_CORRECT: ("修正在园人数", "Correct the count of persons on site"),
    Permission.REPORTS_READ: ("查看统计报表", "See statistics and the day's figures"),
    Permission.PROMOTERS_READ: ("查看分销渠道", "See promoters"),
    Permission.PROMOTERS_EDIT: ("管理分销渠道", "Change promoters"),
    Permission.AGENCIES_READ: ("查看旅行社", "See travel agencies and their statements"),
    Permission.AGENCIES_EDIT: ("管理旅行社合同", "Change travel agencies' contracts and limits"),
    Permission.AGENCIES_FUNDS: ("旅行社收款和团队结算", "Take travel agencies' money and settle groups"),
    Permission.SHIFTS_READ: ("查看交班记录", "See shifts"),
    Permission.SHIFTS_SETTLE: ("代为交班", "Close others' shifts and put away what they left"),
    Permission.USERS_READ: ("查看用户和角色", "See users and roles"),
    Permission.USERS_EDIT: ("管理用户", "Change users"),
    Permission.ROLES_EDIT: ("管理角色", "Change roles"),
    Permission.MENUS_EDIT: ("管理菜单", "Arrange the menu"),
    Permission.TOKENS_EDIT: ("管理接口令牌", "Give programs access"),
    Permission.SUPERVISORS_EDIT: ("管理闸机主管", "Change gates' supervisors"),
    Permission.PARAMETERS_READ: ("查看参数设置", "See parameters"),
    Permission.PARAMETERS_EDIT: ("修改参数设置", "Change parameters"),
    Permission.AUDIT_READ: ("查看日志", "Read the log"),
    Permission.AUDIT_PURGE: ("清理日志", "Purge the log"),
}


def title_of(permission: str) -> Said:
    """Return the title of a permission as a part of a sentence; its code is the permission's name."""
    zh, en = TITLES[Permission(permission)]
    return Message(permission, zh, en).of()
