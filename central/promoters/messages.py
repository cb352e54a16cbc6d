"""What promoters say to people."""

from central.domain.saying import Message

NO_PROMOTER = Message("no_promoter", "没有编号为 {promoter_id} 的分销商", "there is no promoter {promoter_id}")
NO_PROMOTER_GROUP = Message("no_promoter_group", "没有编号为 {group_id} 的渠道分组", "there is no promoter group {group_id}")
PROMOTER_GROUP_EXISTS = Message("promoter_group_exists", "已有名为 {name:.64} 的渠道分组", "there is a group {name:.64} already")
