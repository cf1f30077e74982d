//! Between the messages of devices, print points and jobs and the domain, both ways.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    error::{CommonReason, Violations},
    id::{self, BranchId, DeviceId, Id, PrintPointId, PrintRuleId},
    request,
    sales::{Channel as OrderChannel, Method},
    text,
    text_enum::WireEnum,
    time,
};
use chrono::{DateTime, Utc};
use proto::printing::v1 as wire;

use crate::{
    app::{cloud_accounts::ShownAccount, devices::ShownDevice, jobs::ShownJob},
    domain::{
        agent::Agent,
        cloud::Problem as CloudProblem,
        device::{Buzzer, Settings},
        document::{Document, Per, Trigger},
        job::Reason,
        print_point::{COPIES, PrintPoint},
        print_rule::{LineFilter, PrintRule},
        settings::{BranchSettings, KEEP_MINUTES},
    },
    store::print_attempts::Attempt,
};

const MOST_PRODUCTS: usize = 200;
const MOST_OTHERS: usize = 50;
/// Least and most minutes of silence after which a device is offline, in seconds.
const OFFLINE_AFTER: std::ops::RangeInclusive<i32> = 30..=600;

/// A device on the wire.
pub fn device(shown: &ShownDevice) -> wire::Device {
    let ShownDevice {
        device,
        status,
        counts,
        cloud_problem,
    } = shown;
    wire::Device {
        device_id: device.id.to_string(),
        brand_id: device.brand.to_string(),
        branch_id: device.branch.to_string(),
        serial: device.serial.clone(),
        name: device.name.clone(),
        channel: device.channel.to_wire(),
        paper: device.paper.to_wire(),
        model: device.model.clone(),
        firmware: status.firmware.clone(),
        agent_id: device.agent.map(|agent| agent.to_string()),
        agent_address: device.agent_address.clone(),
        settings: Some(settings(&device.settings)),
        paired: device.paired,
        state: status.state.to_wire(),
        state_reason: status.reason.clone(),
        state_since: Some(time::to_wire(status.since)),
        paper_low: status.paper_low,
        last_seen_at: status.last_seen_at.map(time::to_wire),
        waiting_jobs: counts.waiting,
        version: device.version,
        cloud_problem: cloud_problem.map(CloudProblem::to_wire),
    }
}

/// How a device is, for whoever handles orders.
pub fn device_summary(shown: &ShownDevice) -> wire::DeviceSummary {
    let ShownDevice {
        device,
        status,
        counts,
        ..
    } = shown;
    wire::DeviceSummary {
        device_id: device.id.to_string(),
        name: device.name.clone(),
        state: status.state.to_wire(),
        state_since: Some(time::to_wire(status.since)),
        paper_low: status.paper_low,
        waiting_jobs: counts.waiting,
        unconfirmed_jobs: counts.unconfirmed,
        failed_jobs: counts.failed,
    }
}

fn settings(settings: &Settings) -> wire::DeviceSettings {
    wire::DeviceSettings {
        offline_after_secs: settings.offline_after_secs.into(),
        buzzer: settings.buzzer.to_wire(),
        cutter: settings.cutter,
        trusts_writing: settings.trusts_writing,
        label_gap_tenths_mm: settings.label_gap_tenths_mm.into(),
        inverted_bitmap: settings.inverted_bitmap,
        minimal_commands: settings.minimal_commands,
    }
}

/// Reads the settings of a device; those of its kind where none are given.
pub fn parse_settings(
    given: Option<&wire::DeviceSettings>,
    violations: &mut Violations,
) -> Settings {
    let Some(given) = given else {
        return Settings::default();
    };
    let default = Settings::default();
    let range = CommonReason::SettingRange;
    let offline_after_secs = match given.offline_after_secs {
        0 => default.offline_after_secs.into(),
        given => given,
    };
    let offline_after_secs = request::in_range(
        "settings.offline_after_secs",
        offline_after_secs,
        OFFLINE_AFTER,
        range,
        violations,
    );
    let gap = request::in_range(
        "settings.label_gap_tenths_mm",
        given.label_gap_tenths_mm,
        0..=100,
        range,
        violations,
    );
    let buzzer = request::optional_choice("settings.buzzer", given.buzzer, violations);
    Settings {
        offline_after_secs: u16::try_from(offline_after_secs).unwrap_or_default(),
        buzzer: buzzer.unwrap_or(Buzzer::None),
        cutter: given.cutter,
        trusts_writing: given.trusts_writing,
        label_gap_tenths_mm: u8::try_from(gap).unwrap_or_default(),
        inverted_bitmap: given.inverted_bitmap,
        minimal_commands: given.minimal_commands,
    }
}

/// An account at a cloud on the wire.
pub fn cloud_account(shown: &ShownAccount) -> wire::CloudAccount {
    let ShownAccount { account, devices } = shown;
    wire::CloudAccount {
        cloud_account_id: account.id.to_string(),
        channel: account.channel.to_wire(),
        user: account.user.clone(),
        key_last_four: account.key_last_four.clone(),
        refused_at: account.refused_at.map(time::to_wire),
        devices: i32::try_from(*devices).unwrap_or(i32::MAX),
        version: account.version,
    }
}

/// An agent on the wire.
pub fn agent(agent: &Agent, now: DateTime<Utc>) -> wire::PrintAgent {
    wire::PrintAgent {
        agent_id: agent.id.to_string(),
        brand_id: agent.brand.to_string(),
        branch_id: agent.branch.to_string(),
        name: agent.name.clone(),
        paired: agent.paired,
        connected: agent.is_connected(now),
        software: agent.software.clone(),
        last_seen_at: agent.last_seen_at.map(time::to_wire),
        version: agent.version,
    }
}

/// A print point on the wire.
pub fn print_point(point: &PrintPoint) -> wire::PrintPoint {
    let templates = point.templates.iter();
    wire::PrintPoint {
        print_point_id: point.id.to_string(),
        branch_id: point.branch.to_string(),
        device_id: point.device.to_string(),
        name: point.name.clone(),
        scenes: point.scenes.iter().map(|method| method.to_wire()).collect(),
        place: point.place.clone(),
        copies: point.copies.into(),
        enabled: point.enabled,
        templates: templates
            .map(|(document, template)| wire::DocumentTemplate {
                document: document.to_wire(),
                template_id: template.to_string(),
            })
            .collect(),
        substitute_id: point.substitute.map(|id| id.to_string()),
        prints_again: point.prints_again,
        paper: point.paper.to_wire(),
        version: point.version,
    }
}

/// Reads a print point; `paper` is that of its device, which is looked up later.
pub fn parse_print_point(
    given: &wire::PrintPoint,
    id: PrintPointId,
    branch: BranchId,
    violations: &mut Violations,
) -> Option<PrintPoint> {
    let device: Option<DeviceId> = id::parse("print_point.device_id", &given.device_id, violations);
    let name = text::bounded("print_point.name", &given.name, 1..=60, violations);
    let place = text::bounded("print_point.place", &given.place, 1..=30, violations);
    let scenes = choices("print_point.scenes", &given.scenes, violations);
    if given.scenes.is_empty() {
        violations.push("print_point.scenes", CommonReason::ValidationFailed);
    }
    let copies = request::in_range(
        "print_point.copies",
        given.copies,
        COPIES,
        CommonReason::SettingRange,
        violations,
    );
    let substitute = given
        .substitute_id
        .as_deref()
        .and_then(|substitute| id::parse("print_point.substitute_id", substitute, violations));
    let mut templates = BTreeMap::new();
    if given.templates.len() > Document::ALL.len() {
        violations.push("print_point.templates", CommonReason::ValidationFailed);
    }
    for (index, own) in given.templates.iter().take(Document::ALL.len()).enumerate() {
        let at = format!("print_point.templates[{index}]");
        let document: Option<Document> =
            request::choice(&format!("{at}.document"), own.document, violations);
        let template = id::parse(&format!("{at}.template_id"), &own.template_id, violations);
        if let (Some(document), Some(template)) = (document, template)
            && templates.insert(document, template).is_some()
        {
            violations.push(format!("{at}.document"), CommonReason::ValidationFailed);
        }
    }
    Some(PrintPoint {
        id,
        branch,
        device: device?,
        paper: crate::domain::device::Paper::Mm58,
        name,
        place,
        scenes,
        copies: i16::try_from(copies).ok()?,
        enabled: given.enabled,
        templates,
        substitute,
        prints_again: given.prints_again,
        version: 1,
    })
}

/// Values of an enum, each once and in the order of their declaration.
fn choices<E: WireEnum + Copy + Ord>(
    field: &str,
    raw: &[i32],
    violations: &mut Violations,
) -> Vec<E> {
    let mut found: BTreeSet<E> = BTreeSet::new();
    for (index, raw) in raw.iter().take(20).enumerate() {
        found.extend(request::choice::<E>(
            &format!("{field}[{index}]"),
            *raw,
            violations,
        ));
    }
    if raw.len() > 20 {
        violations.push(field, CommonReason::ValidationFailed);
    }
    found.into_iter().collect()
}

/// Methods that are named, or all of them.
pub fn methods_or_all(field: &str, raw: &[i32], violations: &mut Violations) -> Vec<Method> {
    if raw.is_empty() {
        return Method::ALL.to_vec();
    }
    choices(field, raw, violations)
}

/// Values of an enum that filter a list.
pub fn filter<E: WireEnum + Copy + Ord>(
    field: &str,
    raw: &[i32],
    violations: &mut Violations,
) -> Vec<E> {
    choices(field, raw, violations)
}

/// A rule on the wire.
pub fn print_rule(rule: &PrintRule) -> wire::PrintRule {
    fn texts<T: ToString>(ids: &BTreeSet<T>) -> Vec<String> {
        ids.iter().map(ToString::to_string).collect()
    }
    wire::PrintRule {
        rule_id: rule.id.to_string(),
        print_point_id: rule.point.to_string(),
        document: rule.document.to_wire(),
        trigger: rule.trigger.map(Trigger::to_wire),
        methods: rule.methods.iter().map(|method| method.to_wire()).collect(),
        channels: rule
            .channels
            .iter()
            .map(|channel| channel.to_wire())
            .collect(),
        filter: Some(wire::LineFilter {
            product_ids: texts(&rule.filter.products),
            category_ids: texts(&rule.filter.categories),
            print_tags: texts(&rule.filter.print_tags),
            stations: texts(&rule.filter.stations),
        }),
        per: rule.per.to_wire(),
        paid_only: rule.paid_only,
        min_total: rule.min_total,
        enabled: rule.enabled,
        version: rule.version,
    }
}

/// Reads a rule of a print point.
pub fn parse_print_rule(
    given: &wire::PrintRule,
    id: PrintRuleId,
    point: PrintPointId,
    violations: &mut Violations,
) -> Option<PrintRule> {
    let document: Option<Document> = request::choice("rule.document", given.document, violations);
    let trigger: Option<Trigger> = request::optional_choice(
        "rule.trigger",
        given.trigger.unwrap_or_default(),
        violations,
    );
    if let Some(document) = document {
        if matches!(document, Document::PrepList | Document::TestSlip) {
            violations.push("rule.document", CommonReason::ValidationFailed);
        } else if document.has_own_moment() != trigger.is_none() {
            violations.push("rule.trigger", CommonReason::ValidationFailed);
        }
    }
    let per: Option<Per> = request::choice("rule.per", given.per, violations);
    let methods = choices::<Method>("rule.methods", &given.methods, violations);
    let channels = choices::<OrderChannel>("rule.channels", &given.channels, violations);
    let filter = parse_filter(given.filter.as_ref(), violations);
    let min_total = request::in_range(
        "rule.min_total",
        given.min_total,
        0..=9_999_999,
        CommonReason::AmountOutOfRange,
        violations,
    );
    Some(PrintRule {
        id,
        point,
        document: document?,
        trigger,
        methods,
        channels,
        filter,
        per: per?,
        paid_only: given.paid_only,
        min_total,
        enabled: given.enabled,
        version: 1,
    })
}

fn parse_filter(given: Option<&wire::LineFilter>, violations: &mut Violations) -> LineFilter {
    let Some(given) = given else {
        return LineFilter::default();
    };
    fn ids<T: Id + Ord>(
        name: &str,
        raw: &[String],
        most: usize,
        violations: &mut Violations,
    ) -> BTreeSet<T> {
        let field = format!("rule.filter.{name}");
        request::ids(&field, raw, most, violations)
            .into_iter()
            .collect()
    }
    let labels = |name: &str, raw: &[String], violations: &mut Violations| {
        let field = format!("rule.filter.{name}");
        if raw.len() > MOST_OTHERS {
            let params = [("max", MOST_OTHERS)];
            violations.push_with(field.clone(), CommonReason::ValidationFailed, params);
        }
        let label = |(index, raw): (usize, &String)| {
            text::bounded_label(&format!("{field}[{index}]"), raw, 1..=20, violations)
        };
        raw.iter()
            .take(MOST_OTHERS)
            .enumerate()
            .map(label)
            .collect()
    };
    LineFilter {
        products: ids("product_ids", &given.product_ids, MOST_PRODUCTS, violations),
        categories: ids("category_ids", &given.category_ids, MOST_OTHERS, violations),
        print_tags: labels("print_tags", &given.print_tags, violations),
        stations: labels("stations", &given.stations, violations),
    }
}

/// Settings of a branch on the wire.
pub fn branch_settings(settings: &BranchSettings) -> wire::PrintSettings {
    wire::PrintSettings {
        accepts_after_printing: settings.accepts_after_printing,
        keep_minutes: settings.keep_minutes.into(),
        version: settings.version,
    }
}

/// Reads settings of a branch.
pub fn parse_branch_settings(
    given: &wire::PrintSettings,
    violations: &mut Violations,
) -> Option<BranchSettings> {
    let keep = request::in_range(
        "settings.keep_minutes",
        given.keep_minutes,
        KEEP_MINUTES,
        CommonReason::SettingRange,
        violations,
    );
    Some(BranchSettings {
        accepts_after_printing: given.accepts_after_printing,
        keep_minutes: i16::try_from(keep).ok()?,
        version: given.version,
    })
}

/// A job on the wire.
pub fn job(shown: &ShownJob) -> wire::PrintJob {
    let job = &shown.job;
    wire::PrintJob {
        job_id: job.id.to_string(),
        branch_id: job.branch.to_string(),
        device_id: job.device.to_string(),
        device_name: shown.device.clone(),
        print_point_id: job.point.map(|id| id.to_string()),
        print_point_name: shown.point.clone(),
        document: job.document.to_wire(),
        order_id: job.order.map(|id| id.to_string()),
        order_number: shown.order_number.clone(),
        pickup_number: shown.pickup_number.clone(),
        revision: job.revision,
        copies: job.copies.into(),
        state: job.state.to_wire(),
        reason: job.reason.map(Reason::to_wire),
        reprint: job.reprint.into(),
        reprint_of: job.reprint_of.map(|id| id.to_string()),
        may_be_duplicate: job.may_be_duplicate,
        moved_from_device_id: job.moved_from.map(|id| id.to_string()),
        test: job.test,
        attempts: job.attempt.into(),
        due_at: Some(time::to_wire(job.due_at)),
        expires_at: Some(time::to_wire(job.expires_at)),
        sent_at: job.sent_at.map(time::to_wire),
        ended_at: job.ended_at.map(time::to_wire),
        version: job.version,
    }
}

/// A try on the wire.
pub fn attempt((attempt, device): &(Attempt, String)) -> wire::PrintAttempt {
    wire::PrintAttempt {
        number: attempt.number.into(),
        device_id: attempt.device.to_string(),
        device_name: device.clone(),
        sent_at: Some(time::to_wire(attempt.sent_at)),
        delivered_at: attempt.delivered_at.map(time::to_wire),
        ended_at: attempt.ended_at.map(time::to_wire),
        printed: attempt.printed,
        reason: attempt.reason.map(Reason::to_wire),
        late_minutes: i32::try_from(attempt.heads.late_minutes).unwrap_or(i32::MAX),
        may_be_duplicate: attempt.heads.may_be_duplicate,
        moved: !attempt.heads.moved_from.is_empty(),
    }
}
