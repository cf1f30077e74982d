//! The audited call under way, which transactions and handlers find through the task.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use parking_lot::Mutex;
use prost_reflect::DynamicMessage;
use proto::common::v1::AuditRecord;
use serde::Serialize;

use super::{
    Record,
    changes::Changes,
    diff::{Fields, diff},
    import::{self, ImportedRow},
    json, mask, shorten,
    subject::Subject,
};
use crate::{
    authn::{Actor, Identity},
    authz::Rule,
    clock::SharedClock,
    db::TenantTx,
    id::{AccountId, BranchId, BrandId, EventId, OrganisationId},
    outbox, telemetry, time,
};

/// Outcome of a call that was carried out.
const OK: &str = "OK";

tokio::task_local! {
    static CURRENT: Arc<Call>;
}

/// One call of an audited RPC.
pub(crate) struct Call {
    rule: &'static Rule,
    caller: Option<Arc<Identity>>,
    request: Bytes,
    clock: SharedClock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    org: Option<OrganisationId>,
    /// Brands and branches that the caller's scope was checked for.
    brands: BTreeSet<BrandId>,
    branches: BTreeSet<BranchId>,
    /// A transaction that was committed took a record.
    recorded: bool,
    notes: Notes,
}

/// What the handler has noted since the last record.
#[derive(Clone, Default)]
struct Notes {
    on_behalf_of: Option<AccountId>,
    before: Vec<(Subject, Fields)>,
    changes: Vec<(Subject, Changes)>,
}

impl Call {
    pub(crate) fn new(
        rule: &'static Rule,
        caller: Option<Arc<Identity>>,
        request: Bytes,
        clock: SharedClock,
    ) -> Arc<Self> {
        let state = State {
            org: caller.as_ref().and_then(|identity| identity.org),
            ..State::default()
        };
        Arc::new(Self {
            rule,
            caller,
            request,
            clock,
            state: Mutex::new(state),
        })
    }

    /// Runs `work` as this call.
    pub(crate) async fn scope<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// The record of a call whose handler was refused or ended without one; none when a transaction
    /// took it and nothing is to be added. `reason` is that of a refusal, and `lacks_authority` says
    /// what kind it is. Every call is logged.
    pub(crate) fn finish(&self, reason: Option<&str>, lacks_authority: bool) -> Option<Record> {
        let state = self.state.lock();
        let record = self.record(&state, reason.unwrap_or(OK));
        record.log();
        let missing = match reason {
            None => !state.recorded,
            // What is merely mistyped or out of date changes nothing and concerns nobody, unless a
            // part of it was carried out.
            Some(_) => lacks_authority || state.recorded,
        };
        missing.then_some(record)
    }

    fn record(&self, state: &State, outcome: &str) -> Record {
        let notes = &state.notes;
        let (asked, request_json) = self.read_request();
        let noted = notes.changes.first().map(|(subject, _)| subject);
        let noted = noted.cloned().unwrap_or_default();
        let first = |ids: [String; 3]| ids.into_iter().find(|id| !id.is_empty());
        let (object_type, object_id) = match noted.object_id.is_empty() {
            true => (asked.object_type, asked.object_id),
            false => (noted.object_type, noted.object_id),
        };
        let changes = merged(&notes.changes);
        let actor = self.caller.as_ref().map(|identity| &identity.actor);
        let session_id = match actor {
            Some(Actor::Staff { session, .. }) => session.to_string(),
            _ => String::new(),
        };
        let mut reason = asked.reason;
        shorten::cut(&mut reason);
        let body = AuditRecord {
            record_id: EventId::new(&*self.clock).to_string(),
            recorded_at: Some(time::to_wire(self.clock.now())),
            action: action(&self.rule.path),
            outcome: outcome.to_owned(),
            actor_kind: actor.map_or("nobody", Actor::kind).to_owned(),
            actor_id: actor.map(Actor::id).unwrap_or_default(),
            session_id,
            on_behalf_of: notes
                .on_behalf_of
                .map(|account| account.to_string())
                .unwrap_or_default(),
            brand_id: first([noted.brand_id, asked.brand_id, only(&state.brands)])
                .unwrap_or_default(),
            branch_id: first([noted.branch_id, asked.branch_id, only(&state.branches)])
                .unwrap_or_default(),
            object_type,
            object_id,
            request_json,
            changes: changes.listed,
            omitted_changes: i32::try_from(changes.omitted).unwrap_or(i32::MAX),
            reason,
            trace_id: telemetry::trace_id().unwrap_or_default(),
        };
        Record {
            org: state.org,
            body,
        }
    }

    /// What the request is about, and the request as masked JSON; both empty for one that can't be
    /// read. It stands behind the five bytes of its frame.
    fn read_request(&self) -> (Subject, String) {
        let message = self.request.get(5..).unwrap_or_default();
        let compressed = self.request.first().is_some_and(|flag| *flag != 0);
        match DynamicMessage::decode(self.rule.input.clone(), message) {
            Ok(mut message) if !compressed => {
                mask::mask(&mut message);
                let mut json = json::write(&message, false);
                shorten::shorten(&mut json);
                (Subject::of(&message), json::bounded(&json))
            }
            _ => Default::default(),
        }
    }
}

/// The one that there is; of several none.
fn only<T: ToString + Ord>(ids: &BTreeSet<T>) -> String {
    match ids.len() {
        1 => ids.first().map(ToString::to_string).unwrap_or_default(),
        _ => String::new(),
    }
}

/// All changes in one list: those of the first object by their paths, others behind the object.
fn merged(noted: &[(Subject, Changes)]) -> Changes {
    let mut all = Changes::default();
    for (index, (subject, changes)) in noted.iter().enumerate() {
        all.omitted += changes.omitted;
        for mut change in changes.listed.iter().cloned() {
            if index > 0 {
                change.field = behind(subject, &change.field);
            }
            all.push(change);
        }
    }
    all
}

/// The path of a field of an object that is not the record's own.
fn behind(subject: &Subject, field: &str) -> String {
    let (kind, id) = (&subject.object_type, &subject.object_id);
    let dot = if field.starts_with('[') { "" } else { "." };
    format!("{kind}[{id}]{dot}{field}")
}

/// `catalog.UpdateBrand` of `/yizhimai.catalog.v1.CatalogService/UpdateBrand`.
fn action(path: &str) -> String {
    let (service, rpc) = path.rsplit_once('/').unwrap_or(("", path));
    let package = service.split('.').nth(1).unwrap_or_default();
    format!("{package}.{rpc}")
}

/// Puts the record of the call under way into the outbox, when `tx` has changed something and no
/// earlier transaction has taken it. The returned note must be confirmed once `tx` is committed.
pub(crate) async fn append(tx: &mut TenantTx) -> Result<Option<Appended>, sqlx::Error> {
    let Ok(call) = CURRENT.try_with(Arc::clone) else {
        return Ok(None);
    };
    let record = {
        let state = call.state.lock();
        if state.recorded && state.notes.changes.is_empty() {
            return Ok(None);
        }
        let mut record = call.record(&state, OK);
        record.org = Some(tx.org());
        record
    };
    let appended = outbox::publish_if_changed(tx, &*call.clock, &record.event()).await?;
    Ok(appended.then_some(Appended(call)))
}

/// A record in a transaction that is about to be committed.
pub(crate) struct Appended(Arc<Call>);

impl Appended {
    pub(crate) fn confirm(self) {
        let mut state = self.0.state.lock();
        state.recorded = true;
        state.notes.before.clear();
        state.notes.changes.clear();
    }
}

/// Notes the organisation whose data the call works on, where the caller has none.
pub(crate) fn note_organisation(org: OrganisationId) {
    note(|state| {
        state.org.get_or_insert(org);
    });
}

/// Notes a brand or branch that the caller's scope was checked for.
pub(crate) fn note_place(brand: BrandId, branch: Option<BranchId>) {
    note(|state| {
        state.brands.insert(brand);
        state.branches.extend(branch);
    });
}

/// Notes an object as it is before the change. Pair it with [`after`].
pub fn before<T: prost::Message + prost::Name>(object: &T) {
    note(|state| {
        if let Some((subject, fields)) = read(object) {
            state.notes.before.push((subject, fields));
        }
    });
}

/// Notes an object as it is after the change; one without a [`before`] is new.
pub fn after<T: prost::Message + prost::Name>(object: &T) {
    note(|state| {
        if let Some((subject, fields)) = read(object) {
            let known = state.notes.before.iter().rev();
            let before = known.clone().find(|(other, _)| {
                (&other.object_type, &other.object_id) == (&subject.object_type, &subject.object_id)
            });
            let before = before.map(|(_, before)| before.clone());
            let changes = diff(&before.unwrap_or_default(), &fields);
            state.notes.set(subject, changes);
        }
    });
}

/// Notes an object that is removed by the call.
pub fn removed<T: prost::Message + prost::Name>(object: &T) {
    note(|state| {
        if let Some((subject, fields)) = read(object) {
            state.notes.set(subject, diff(&fields, &Fields::default()));
        }
    });
}

/// Notes how an object changes whose values hold nothing sensitive. `null` is one that is not there.
pub fn changed<T: Serialize + ?Sized>(kind: &str, id: impl ToString, before: &T, after: &T) {
    note(|state| {
        let fields = |value: &T| {
            let json = serde_json::to_value(value).unwrap_or_default();
            Fields::from(&json)
        };
        let changes = diff(&fields(before), &fields(after));
        state.notes.set(Subject::object(kind, id), changes);
    });
}

/// Notes what an imported file changed in an object, whose names and values hold nothing sensitive.
pub fn imported<'a>(
    kind: &str,
    id: impl ToString,
    rows: impl IntoIterator<Item = ImportedRow<'a>>,
) {
    note(|state| {
        let changes = import::changes(rows);
        state.notes.set(Subject::object(kind, id), changes);
    });
}

/// Notes the account the call is made for, where the caller is not staff itself.
pub fn on_behalf_of(account: AccountId) {
    note(|state| state.notes.on_behalf_of = Some(account));
}

/// Makes `work` part of the call under way, for a handler that spawns it.
pub fn in_this_call<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let call = CURRENT.try_with(Arc::clone).ok();
    async move {
        match call {
            Some(call) => call.scope(work).await,
            None => work.await,
        }
    }
}

fn note(change: impl FnOnce(&mut State)) {
    // Outside an audited call there is nothing to note.
    let _ = CURRENT.try_with(|call| change(&mut call.state.lock()));
}

impl Notes {
    /// A repeat of the same object, as after a transaction that was tried again, replaces the first.
    fn set(&mut self, subject: Subject, changes: Changes) {
        self.changes.retain(|(other, _)| *other != subject);
        self.changes.push((subject, changes));
    }
}

/// The values of a message, which is the object itself: `product` with `product_id` for a `Product`.
fn read<T: prost::Message + prost::Name>(object: &T) -> Option<(Subject, Fields)> {
    let message = json::reflect(object)?;
    let kind = snake_case(T::NAME);
    let mut subject = Subject::of(&message);
    let own = message.get_field_by_name(&format!("{kind}_id"));
    if let Some(id) = own.as_ref().and_then(|id| id.as_str()) {
        id.clone_into(&mut subject.object_id);
    }
    subject.object_type = kind;
    Some((subject, Fields::from(&message)))
}

fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use proto::staff::v1::{Account, SignInRequest};

    use super::*;
    use crate::{authz::Rules, clock::ManualClock};

    fn frame(message: &impl prost::Message) -> Bytes {
        let body = message.encode_to_vec();
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[0], &length[..], &body].concat().into()
    }

    fn call(path: &str, request: Bytes) -> Arc<Call> {
        let rule = Rules::global().get(path).unwrap();
        let clock = Arc::new(ManualClock::at(chrono::DateTime::UNIX_EPOCH));
        Call::new(rule, None, request, clock)
    }

    fn sign_in(request: Bytes) -> Arc<Call> {
        call("/yizhimai.staff.v1.StaffService/SignIn", request)
    }

    fn request_of(call: &Call) -> serde_json::Value {
        let record = call.finish(None, false).unwrap();
        serde_json::from_str(&record.body.request_json).unwrap_or_default()
    }

    #[test]
    fn sensitive_fields_are_masked_in_a_record() {
        let request = SignInRequest {
            organisation_code: "tea".into(),
            account: "mei".into(),
            password: "hunter2".into(),
            remote_address: "10.1.2.3".into(),
            ..SignInRequest::default()
        };
        let call = sign_in(frame(&request));
        assert_eq!(
            request_of(&call),
            serde_json::json!({
                "organisation_code": "tea",
                "account": "mei",
                "password": "***",
                "remote_address": "10.1.2.*",
            })
        );
        let record = call.finish(None, false).unwrap().body;
        assert_eq!((&*record.action, &*record.outcome), ("staff.SignIn", "OK"));
    }

    #[test]
    fn an_imported_file_is_not_recorded_whole() {
        let request = proto::catalog::v1::ImportProductsRequest {
            content: vec![0; 3_000].into(),
            ..Default::default()
        };
        let path = "/yizhimai.catalog.v1.CatalogService/ImportProducts";
        let expected = format!("{}… (4000 characters)", "A".repeat(200));
        assert_eq!(
            request_of(&call(path, frame(&request))),
            serde_json::json!({ "content": expected })
        );
    }

    #[test]
    fn a_malformed_request_is_recorded_without_its_bytes() {
        let call = sign_in(Bytes::from_static(b"\0\0\0\0\x01\xff"));
        assert_eq!(request_of(&call), serde_json::Value::Null);
    }

    #[test]
    fn of_refusals_only_those_for_lack_of_authority_are_kept() {
        let call = sign_in(Bytes::new());
        assert_eq!(call.finish(Some("VERSION_CONFLICT"), false), None);
        let kept = call.finish(Some("LOGIN_FAILED"), true).unwrap();
        assert_eq!(kept.body.outcome, "LOGIN_FAILED");
    }

    #[tokio::test]
    async fn a_handler_shows_a_change_in_a_line_each() {
        let call = sign_in(Bytes::new());
        let account = |enabled| Account {
            account_id: "a".into(),
            enabled,
            ..Account::default()
        };
        let handler = async {
            before(&account(true));
            // A transaction that was tried again notes the same.
            after(&account(false));
            after(&account(false));
        };
        call.clone().scope(handler).await;
        let record = call.finish(None, false).unwrap().body;
        assert_eq!((&*record.object_type, &*record.object_id), ("account", "a"));
        let [change] = record.changes.as_slice() else {
            panic!("one change, found {:?}", record.changes);
        };
        assert_eq!(change.field, "enabled");
        assert_eq!(change.before.as_deref(), Some("true"));
        assert_eq!(change.after.as_deref(), Some("false"));
    }
}
