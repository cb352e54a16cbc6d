"""What the serving of the console says."""

from central.domain.saying import Message

NOT_BUILT = Message(
    "not_built",
    "控制台尚未构建：请在项目目录运行 make setup，然后重启中心",
    "the console has not been built: run `make setup` in the project's directory, then start central again",
)
NO_ASSET = Message(
    "no_asset",
    "控制台的当前版本和上一版本都没有文件 {name}：请刷新页面",
    "neither the console's present build nor the one before has a file {name}: reload the page",
)
