"""Words whose meaning depends on the model or the operation that has them."""

from collections.abc import Iterable, Iterator, Mapping


def _each(models: str, **words: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the same words for each of several models."""
    for model in models.split():
        yield model, words


def _joined(parts: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, dict[str, str]]:
    """Return the words of each model; a model may stand in several parts."""
    found: dict[str, dict[str, str]] = {}
    for model, words in parts:
        found.setdefault(model, {}).update(words)
    return found


_PERSON = "Name by which the person signs in."
_WHY = "Why, in words for colleagues and the audit."
_WEEKDAYS = "Days of the week by ISO, 1 is Monday."
_FIRST, _LAST = "First local day, which belongs to the stretch.", "Last local day, which belongs to the stretch."
_NAMED = "AgencyName AgentName CategoryName CheckPointName FaceName PersonName PromoterName PromoterGroupName"
_ORDERS = "ListedOrderView OrderView WholeOrderView"

APART: Mapping[str, Mapping[str, str]] = _joined(
    (
        *_each("AgentEvent ConflictEvent", change="What happened to it."),
        *_each("HeardEvent", kinds="Kinds of events that the listener hears from here on."),
        *_each("LiveEvent", event="Kind of the event.", data="What it says, by its kind."),
        *_each("RefusalEvent", refusal_id="Number of a refusal.", by_central="Whether central decided it, not the gate."),
        *_each("AppliedView ReportView reportImports", kind="What the file holds."),
        *_each("AppliedView", line_count="Lines that were stored.", passwords="One-time passwords of new people, shown once."),
        *_each("ApprovedOverrideBody CardOverrideBody ShopRefundBody UndoBody", reason=_WHY),
        *_each(
            "ApprovedOverrideBody",
            approver_id="Number of the second person; null: named by approver_name.",
            approver_name="Sign-in name of the second person; null: named by approver_id.",
            pin="PIN of the second person, typed by that person.",
        ),
        *_each("CheckView", attempt_id="Chosen by the client for each showing, 32 hexadecimal digits."),
        *_each("CheckView undoCheck", check_id="Number of a check by phone."),
        *_each("CheckView", checked_by="Person who checked.", checked_at="When it was checked; RFC 3339, UTC."),
        *_each(
            "FindingView",
            code="What is wrong, as a code.",
            text="What is wrong, in the caller's language.",
            text_zh="What is wrong, in Chinese.",
            text_en="What is wrong, in English.",
        ),
        *_each("ReportView", finding_count="All findings, shown or not."),
        *_each("TallyView", own_admitted="As admitted, by the caller.", own_refused="As refused, by the caller."),
        *_each("TextView", zh="In Chinese.", en="In English."),
        *_each("VisitorView", number="Number of the document, in full."),
        *_each("applyImport", report_id="Number of the report."),
        *_each(
            f"{_NAMED} RoleName SiteName TicketTypeName",
            id="Number, as bodies and filters take it.",
            name="In the caller's language; the number where it has no name.",
        ),
        *_each("SignInBody SessionView UserBody UserView SupervisorView", name=_PERSON),
        *_each("HolderBody HolderView", name="As the document writes it.", number="Number of the document."),
        *_each("AlarmView", name="What happened, as the journal names it.", detail="What the gate says of it, for staff."),
        *_each("SaleSettingView", name="Name of the seller or channel.", kind="Whether it is a seller or a channel."),
        *_each("SellingPartyBody", kind="Whether it is a seller or a channel."),
        *_each("setSaleSetting deleteSaleSetting copySaleSetting", kind="Whether it is a seller or a channel."),
        *_each("SettingGroupView setSettingGroup deleteSettingGroup", kind="What is grouped: sellers, channels or check points."),
        *_each("FieldView", name="As bodies take it.", kind="How a page asks for it.", value="What is set; null for a secret."),
        *_each("AdmissionRecordView PassageView", kind="Why the arm was released."),
        *_each("FaultView", kind="Name of the exception.", detail="The stack, for who maintains central."),
        *_each("listFaults", kind="Name of the exception."),
        *_each("DaysFromVisit", kind="Which validity this is.", days="How many days."),
        *_each("FixedDays", kind="Which validity this is.", first=_FIRST, last=_LAST),
        *_each("EntryView", kind="What moved the money.", order_id="Order that it is about; null: none."),
        *_each("EntryView", method="How the agency paid; null: no payment."),
        *_each("EvidenceBody SeenEvidenceView", kind="Which evidence the seller saw."),
        *_each("ListedRefundView RefundView", kind="By rule, by hand, or forced."),
        *_each("PromoterAmendmentBody PromoterBody PromoterInFullBody PromoterView", kind="What the promoter is."),
        *_each("ReceiptBody", kind="What the money is for: paid ahead, or against the debt."),
        *_each("readBuckets", kind="Which buckets: tickets, credentials, or events."),
        *_each(
            "PromoterAmendmentBody PromoterBody PromoterGroupView PromoterInFullBody listPromoters",
            group_id="Number of a group of promoters; null: none.",
        ),
        *_each("changePromoterGroup", group_id="Number of a group of promoters."),
        *_each("PromoterView", group="Group whose contract holds; null: none.", code="What the link and the QR say."),
        *_each("ParameterGroupItem ParameterGroupView readParameterGroup changeParameterGroup", group="Name of the group."),
        *_each(
            "TicketTypeAmendment TicketTypeInFull TicketTypeParameters", group="How many persons one code may admit; null: one."
        ),
        *_each(
            "ActivationBody", code="Activation code that the visitor got.", source="Person that a program asks for; null: itself."
        ),
        *_each("CodeView", code="What staff type into the agent, once, before it expires."),
        *_each("TicketView", code="Text of the ticket's QR.", valid_until="Start of the last minute that admits; RFC 3339, UTC."),
        *_each("ExtensionBody", valid_until="New last minute that admits; RFC 3339."),
        *_each("CallView", source="Address of the network that the call came from."),
        *_each("CallView listCalls", status="Status of the HTTP answer."),
        *_each("ChainView", fault="The first thing that is wrong; null: nothing is.", records="Records that links hold."),
        *_each("PurgeView", records="How many were deleted."),
        *_each("KeptExportView", fault="Why it failed; null: it did not."),
        *_each(
            "DifferenceView",
            detail="What differs, for people.",
            day="Day of the bill.",
            subject="Number of the document or line.",
        ),
        *_each("MatchBody MatchedDayView", day="Day of the bill, as the institution counts it."),
        *_each("MatchedDayView", lines="Lines of the bill."),
        *_each("AuditRecordView", detail="What was set, by field; never a secret."),
        *_each("WhyNotView", reason="Why it is not sold.", title="Title of the reason, in the caller's language."),
        *_each("PreviewView", reason="Why the gate would not open; null: it would."),
        *_each("TypeAmendment TypeAmendmentBody", parameters="The names, rights and rules that change."),
        *_each("PreviewBody", parameters="A draft of the type, in place of its number; null: the type is saved."),
        *_each(
            "PresetView TicketTypeBody TicketTypeView ChangedTypeView TypeInFullBody",
            parameters="The type's names, rights and rules.",
        ),
        *_each("SiteView", parameters="The site's names and limits."),
        *_each("SiteParameters", zone="Time zone of the site, by its IANA name."),
        *_each("ConflictView", reason="Why the ticket did not allow it.", first="The admission that used the ticket up."),
        *_each("DateRange Ground PriceRule", first=f"{_FIRST} Null: no bound.", last=f"{_LAST} Null: no bound."),
        *_each("DaysExcluded", days="Local days on which it does not admit."),
        *_each("Weekdays", days=_WEEKDAYS),
        *_each("TypeDaysView", days="The days, each with its offer."),
        *_each("TypeSlotsView", slots="The slots, each with its offer."),
        *_each("DayOfferView", day="Business day of the visit."),
        *_each("ClosedDayBody RefundBatchBody RefundBatchView", day="Business day of the visits."),
        *_each("SiteTodayView TicketFiguresView", day="Business day of the figures."),
        *_each("ClosedDayBody", ticket_type_id="Only this type is closed; null: the site as a whole."),
        *_each("CloseShiftBody ClosedShiftView", note="What the seller says of the count; null: nothing."),
        *_each("SettleBody", note="What was found, and how it was settled."),
        *_each("FaceView ReprintItem", number="The ticket's first reprint is 1."),
        *_each(
            "PaymentRefundView",
            number="Our number of it, as the institution shows it.",
            reason="Why it ended; null: it goes well.",
        ),
        *_each("ListedPaymentView PaymentView", number="Our number of it, as the payer sees it; null: no institution took part."),
        *_each("ListedPaymentView PaymentView", reason="Why it was not paid; null: nothing is against it."),
        *_each("CorrectionBody CorrectionView", reason=_WHY, persons="More persons than were counted; below zero: fewer."),
        *_each("ForcedRefundBody ListedRefundView LostBody OverrideBody ReasonBody RefundBatchBody RefundBatchView", reason=_WHY),
        *_each("RefundBody RefundByHandBody RefundView ReprintBody ReprintItem VoidCodeBody", reason=_WHY),
        *_each(_ORDERS, lines="What was bought, a line for each type, day and slot."),
        *_each("OrderView WholeOrderView", tickets="Its tickets; none while it is held."),
        *_each("QuoteView", lines="What each line costs."),
        *_each("SentBody", tickets="Tickets whose codes were sent; null: all of the order."),
        *_each("LineBody", evidence="What the seller saw of each person; empty where the type has no concession."),
        *_each("LineBody PreviewBody RescheduleBody", slot_start="Start of the slot by the site's clock; null: no slots."),
        *_each("UpgradeBody UpgradeQuoteBody", slot_start="Start of the slot by the site's clock; null: no slots."),
        *_each("TakenView", payments="How many payments."),
        *_each("MadeView", refunds="How many refunds."),
        *_each("SiteTodayView", check_points="Entries and exits of each; null where the caller's scope is narrower than all."),
        *_each("TickedCopyBody", groups="Setting groups whose check points get them too."),
        *_each(
            "WaitedForView",
            since="Since when it has not answered; RFC 3339, UTC.",
            reason="Why it is waited for.",
            sentence_zh="Why, and what ends it, in Chinese.",
            sentence_en="Why, and what ends it, in English.",
            last_seen_at="When it last called; RFC 3339, UTC. Null: no agent is waited for.",
            ends_at="When it has locked itself at the latest, and is waited for no longer; RFC 3339, UTC. Null: no agent.",
        ),
        *_each(
            "TicketEventView", happened_at="When it happened; RFC 3339, UTC.", amount_fen="In fen; null where no money moved."
        ),
        *_each("TicketEventView", persons="How many persons; null where it is about none."),
        *_each("ArrangedGroupBody GroupView", pages="Pages of the group, in order."),
        *_each("Stock", places="How many persons."),
        *_each("CategoryBody CategoryInFullBody CategoryView", position="Where it stands beside its siblings, smallest first."),
        *_each("NewTokenView", token="What the program sends as its bearer token; shown this once."),  # noqa: S106 - a text about it
        *_each("SessionView", token="Bearer token; null where a cookie carries it."),  # noqa: S106 - the same
        *_each("NewPasswordView", user="The person, as lists show it."),
        *_each("TokenView", user="Person for whom it acts."),
        *_each("AuditRecordView", user="Who did it; null: the system."),
        *_each("AfterSaleRules", reprints="How often a ticket may be printed again."),
        *_each("readKeyring readManifest readAdmissionsHead", version="Version within that epoch."),
        *_each("notifyPayment", method="Which institution notifies."),
        *_each("MatchBody DifferenceView MatchedDayView", method="Institution whose bill it is."),
        *_each("AccountView BalanceView", kind="What the account holds."),
        *_each("BillDayView DayFeesView DayOverShortView DayTakingsView OwnSiteDayView", day="Business day of the figures."),
        *_each("listBillLines BillDayView", day="Day of the bill, as the institution counts it."),
        *_each("ComingDayView", day="Business day of the visits.", most="Most persons who may come; null: no limit."),
        *_each("readLedgerBalances", day="Balances at the end of this business day; null: now."),
        *_each("BillLineView", kind="What the line is about.", line="Where it stands in the bill."),
        *_each("BillLineView", cause="Why it is a difference; null: it agrees with our document."),
        *_each("AcknowledgementBody", note="What came of it."),
        *_each("SettlementBody SettlementView", note="What the person found, in words."),
        *_each("SettlementView", outcome="What it was in the end."),
        *_each("DocumentBody", number="Number of the document."),
        *_each("StockOfDayView", places="How many persons are sold in all.", taken="How many of these are taken."),
        *_each(
            "AdmissionRefusalExport listAdmissionRefusals exportAdmissionRefusals readAdmissionRefusalTotals",
            reason="Refused for this reason only.",
        ),
        *_each("listConflicts", reason="Conflicts of this reason only."),
        *_each("DayTakingsView MethodTakingsView SumView", payments="How many payments."),
        *_each("DayFeesView", refunds="How many refunds."),
        *_each("DayOverShortView OverShortView", over_fen="What drawers had too much, in fen."),
    )
)
