"""Groups of sellers, channels and check points."""

from sqlmodel import Field

from central.store.columns import Table


class SettingGroupRow(Table, table=True):
    """A group, by what stands in it (`identity.setting_groups.GroupKind`) and its name."""

    __tablename__ = "setting_group"

    kind: str = Field(primary_key=True, max_length=12)
    name: str = Field(primary_key=True, max_length=32)


class SettingGroupMemberRow(Table, table=True):
    """Who stands in a group: a user's number, a channel's name, or a check point's number."""

    __tablename__ = "setting_group_member"

    kind: str = Field(primary_key=True, max_length=12)
    name: str = Field(primary_key=True, max_length=32)
    member: str = Field(primary_key=True, max_length=40)
