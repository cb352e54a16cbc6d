"""The list of figures, by name, each with its unit, its target, and the group that measures it.

Laws: only this module holds names and targets; a figure without a target is for comparison.
"""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Figures that are measured together, in one separate process; the value is the module's name."""

    PRIMITIVES = "primitives"
    DECISIONS = "decisions"
    CAMERA = "camera"
    GATE_IDLE = "gate_idle"
    FEED = "feed"
    GATE = "gate"
    ONLINE_GATES = "online_gates"
    PUSH = "push"
    LIVE = "live"
    CONSOLE = "console"
    INGEST_SQLITE = "ingest_sqlite"
    INGEST_POSTGRESQL = "ingest_postgresql"
    ADMISSION_SQLITE = "admission_sqlite"
    ADMISSION_POSTGRESQL = "admission_postgresql"
    REPORTS_SQLITE = "reports_sqlite"
    REPORTS_POSTGRESQL = "reports_postgresql"
    ORDERS_SQLITE = "orders_sqlite"
    ORDERS_POSTGRESQL = "orders_postgresql"
    FLASH_SALE_SQLITE = "flash_sale_sqlite"
    FLASH_SALE_POSTGRESQL = "flash_sale_postgresql"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `target` is its highest allowed value, or the lowest where `more_is_better`."""

    name: str
    unit: str
    group: Group
    target: float | None = None
    more_is_better: bool = False

    def is_met(self, value: float) -> bool | None:
        """Whether a value reaches the target; None where there is none."""
        if self.target is None:
            return None
        return value >= self.target if self.more_is_better else value <= self.target


FIGURES = (
    Figure("primitive_ed25519_verify_us", "us", Group.PRIMITIVES),
    Figure("primitive_fsync_ms", "ms", Group.PRIMITIVES),
    Figure("primitive_sqlite_full_commit_ms", "ms", Group.PRIMITIVES),
    Figure("decide_us", "us", Group.DECISIONS),
    Figure("scan_to_relay_p50_ms", "ms", Group.GATE, 2),
    Figure("scan_to_relay_p99_ms", "ms", Group.GATE, 8),
    Figure("gate_ready_s", "s", Group.GATE, 1),
    Figure("gate_rss_mb", "MB", Group.GATE, 120),
    Figure("gate_idle_cpu_percent", "%", Group.GATE_IDLE, 3),
    Figure("gate_idle_cpu_percent_without_camera", "%", Group.GATE_IDLE),
    Figure("camera_rss_mb", "MB", Group.CAMERA),
    Figure("feed_download_1m_s", "s", Group.FEED, 10),
    Figure("feed_bytes_per_ticket", "B", Group.FEED, 30),
    Figure("feed_delta_1000_s", "s", Group.FEED, 0.5),
    Figure("admission_to_other_gate_p95_ms", "ms", Group.ONLINE_GATES, 500),
    Figure("claim_p95_ms", "ms", Group.ONLINE_GATES, 150),
    Figure("refund_to_refusal_p50_s", "s", Group.ONLINE_GATES),
    Figure("refund_to_refusal_p95_s", "s", Group.ONLINE_GATES, 1),
    Figure("push_1000_gates_last_ms", "ms", Group.PUSH, 300),
    Figure("connection_kb", "kB", Group.PUSH, 40),
    Figure("live_event_p95_ms", "ms", Group.LIVE, 300),
    Figure("live_connection_kb", "kB", Group.LIVE, 40),
    Figure("console_first_load_kb", "kB", Group.CONSOLE, 200),
    Figure("console_home_interactive_s", "s", Group.CONSOLE, 1),
    Figure("console_live_admission_s", "s", Group.CONSOLE, 1),
    Figure("window_key_to_cart_ms", "ms", Group.CONSOLE, 50),
    Figure("window_heap_growth_mb", "MB", Group.CONSOLE, 20),
    Figure("window_lost_scans", "of 1000", Group.CONSOLE, 0),
    Figure("ingest_per_s_sqlite", "1/s", Group.INGEST_SQLITE, 6_000, more_is_better=True),
    Figure("ingest_per_s_postgresql", "1/s", Group.INGEST_POSTGRESQL, 8_000, more_is_better=True),
    Figure("online_admission_per_s_sqlite", "1/s", Group.ADMISSION_SQLITE, 150, more_is_better=True),
    Figure("online_admission_per_s_postgresql_c1", "1/s", Group.ADMISSION_POSTGRESQL),
    Figure("online_admission_per_s_postgresql_c4", "1/s", Group.ADMISSION_POSTGRESQL),
    Figure("online_admission_per_s_postgresql_c16", "1/s", Group.ADMISSION_POSTGRESQL, 700, more_is_better=True),
    Figure("online_admission_p95_ms_postgresql_c16", "ms", Group.ADMISSION_POSTGRESQL, 40),
    Figure("orders_per_s_c1_sqlite", "1/s", Group.ORDERS_SQLITE),
    Figure("orders_per_s_c4_sqlite", "1/s", Group.ORDERS_SQLITE),
    Figure("orders_per_s_c16_sqlite", "1/s", Group.ORDERS_SQLITE),
    Figure("order_p95_ms_c16_sqlite", "ms", Group.ORDERS_SQLITE),
    Figure("orders_per_s_c1_postgresql", "1/s", Group.ORDERS_POSTGRESQL),
    Figure("orders_per_s_c4_postgresql", "1/s", Group.ORDERS_POSTGRESQL),
    Figure("orders_per_s_c16_postgresql", "1/s", Group.ORDERS_POSTGRESQL, 250, more_is_better=True),
    Figure("order_p95_ms_c16_postgresql", "ms", Group.ORDERS_POSTGRESQL),
    Figure("flash_sale_sold_sqlite", "places of 500", Group.FLASH_SALE_SQLITE, 500),
    Figure("flash_sale_s_sqlite", "s", Group.FLASH_SALE_SQLITE, 5),
    Figure("flash_sale_sold_postgresql", "places of 500", Group.FLASH_SALE_POSTGRESQL, 500),
    Figure("flash_sale_s_postgresql", "s", Group.FLASH_SALE_POSTGRESQL, 5),
    Figure("report_home_ms_sqlite", "ms", Group.REPORTS_SQLITE, 100),
    Figure("report_month_by_day_and_type_ms_sqlite", "ms", Group.REPORTS_SQLITE, 500),
    Figure("list_first_page_ms_sqlite", "ms", Group.REPORTS_SQLITE, 100),
    Figure("list_found_ms_sqlite", "ms", Group.REPORTS_SQLITE, 200),
    Figure("list_sorted_ms_sqlite", "ms", Group.REPORTS_SQLITE, 200),
    Figure("list_totals_ms_sqlite", "ms", Group.REPORTS_SQLITE, 300),
    Figure("find_anything_ms_sqlite", "ms", Group.REPORTS_SQLITE, 50),
    Figure("explanation_ms_sqlite", "ms", Group.REPORTS_SQLITE, 100),
    Figure("export_xlsx_100k_s_sqlite", "s", Group.REPORTS_SQLITE),
    Figure("export_xlsx_100k_peak_mb_sqlite", "MB", Group.REPORTS_SQLITE),
    Figure("report_home_ms_postgresql", "ms", Group.REPORTS_POSTGRESQL, 100),
    Figure("report_month_by_day_and_type_ms_postgresql", "ms", Group.REPORTS_POSTGRESQL, 500),
    Figure("list_first_page_ms_postgresql", "ms", Group.REPORTS_POSTGRESQL, 100),
    Figure("list_found_ms_postgresql", "ms", Group.REPORTS_POSTGRESQL, 200),
    Figure("list_sorted_ms_postgresql", "ms", Group.REPORTS_POSTGRESQL, 200),
    Figure("list_totals_ms_postgresql", "ms", Group.REPORTS_POSTGRESQL, 300),
    Figure("find_anything_ms_postgresql", "ms", Group.REPORTS_POSTGRESQL, 50),
    Figure("explanation_ms_postgresql", "ms", Group.REPORTS_POSTGRESQL, 100),
    Figure("export_xlsx_100k_s_postgresql", "s", Group.REPORTS_POSTGRESQL),
    Figure("export_xlsx_100k_peak_mb_postgresql", "MB", Group.REPORTS_POSTGRESQL),
    Figure("camera_decode_rate", "%", Group.CAMERA),
    Figure("camera_decode_rate_zxing", "%", Group.CAMERA),
    Figure("camera_decode_rate_pyzbar", "%", Group.CAMERA),
    Figure("camera_ms_per_frame", "ms", Group.CAMERA),
    Figure("camera_ms_per_frame_zxing", "ms", Group.CAMERA),
    Figure("camera_ms_per_frame_pyzbar", "ms", Group.CAMERA),
)


def chosen(names: list[str]) -> tuple[Figure, ...]:
    """Return the figures of these names, or of these groups; all of them where none is named.

    ValueError names an unknown one. The primitives are always included: they bound the other figures.
    """
    if not names:
        return FIGURES
    unknown = [name for name in names if name not in {figure.name for figure in FIGURES} | set(Group)]
    if unknown:
        raise ValueError(f"no figure is named {unknown[0]!r}; known are {', '.join(figure.name for figure in FIGURES)}")
    return tuple(f for f in FIGURES if f.group is Group.PRIMITIVES or f.name in names or f.group in names)
