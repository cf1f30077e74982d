//! Audit records: who sees which, and that nothing changes them afterwards.

use chassis::{
    audit,
    authn::{Identity, Level, Scope},
    id::{BranchId, BrandId, EventId, OrganisationId},
    outbox::Event,
    time,
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::{
    common::v1::{AuditRecord, FieldChange},
    staff::v1::{
        AuditEntry, ListAuditRecordsRequest, ReauthenticateRequest,
        audit_service_client::AuditServiceClient,
    },
};
use staff::{jobs, store::audit_records};
use testkit::identities;

use crate::common::{Office, PASSWORD, everywhere, ok, refused};

async fn list(
    office: &Office,
    caller: &Identity,
    request: ListAuditRecordsRequest,
) -> Vec<AuditEntry> {
    let mut client = AuditServiceClient::new(office.service.channel_as(caller));
    ok(client.list_audit_records(request).await).records
}

/// Actions with their outcomes, newest first.
fn actions(records: &[AuditEntry]) -> Vec<(&str, &str)> {
    records
        .iter()
        .map(|record| (record.action.as_str(), record.outcome.as_str()))
        .collect()
}

fn of_action(action: &str) -> ListAuditRecordsRequest {
    ListAuditRecordsRequest {
        action: action.to_owned(),
        ..ListAuditRecordsRequest::default()
    }
}

/// Waits until as many records of the action are stored, and lists them.
async fn stored(office: &Office, action: &str, count: usize) -> Vec<AuditEntry> {
    let owner = identities::owner(office.org);
    let request = || of_action(action);
    testkit::eventually(async || list(office, &owner, request()).await.len() >= count).await;
    list(office, &owner, request()).await
}

fn record(action: &str, brand: Option<BrandId>, branch: Option<BranchId>) -> AuditRecord {
    let text = |id: Option<String>| id.unwrap_or_default();
    AuditRecord {
        record_id: EventId::new(&testkit::clock()).to_string(),
        action: action.to_owned(),
        outcome: "OK".to_owned(),
        actor_kind: "service".to_owned(),
        actor_id: "catalog".to_owned(),
        brand_id: text(brand.map(|id| id.to_string())),
        branch_id: text(branch.map(|id| id.to_string())),
        object_type: "product".to_owned(),
        object_id: action.to_owned(),
        changes: vec![FieldChange {
            field: "name".to_owned(),
            before: Some("紅茶".to_owned()),
            after: Some("冬瓜茶".to_owned()),
        }],
        request_json: r#"{"version":1}"#.to_owned(),
        ..AuditRecord::default()
    }
}

/// Records of other services, and the wait until the last of them is stored.
async fn deliver(office: &Office, records: &[AuditRecord]) {
    let events: Vec<Event> = records
        .iter()
        .map(|record| Event::new(audit::EVENT, record.record_id.parse().unwrap(), 1, record))
        .collect();
    office.service.deliver(office.org, &events).await;
    let last = records.last().unwrap();
    stored(office, &last.action, 1).await;
}

#[tokio::test]
async fn a_change_of_an_account_shows_who_did_what_to_whom() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let clerk = office
        .account(&boss, "clerk", "counter", everywhere())
        .await;
    ok(office.set_enabled(&boss, &clerk, false).await);

    let records = stored(&office, "staff.SetAccountState", 1).await;
    let [record] = records.as_slice() else {
        panic!("one change, found {records:?}");
    };
    assert_eq!(record.account_name.as_deref(), Some("陳美玲"));
    assert_eq!(record.actor_id, boss.account_id);
    assert_eq!(record.network, "192.0.2.*");
    assert_eq!(record.user_agent, "a browser");
    assert_eq!(
        (&*record.object_type, &*record.object_id),
        ("account", &*clerk.account_id)
    );
    let changes = [FieldChange {
        field: "enabled".to_owned(),
        before: Some("true".to_owned()),
        after: Some("false".to_owned()),
    }];
    assert_eq!(record.changes, changes);

    let created = stored(&office, "staff.CreateAccount", 1).await;
    let text = format!("{created:?}");
    for secret in [PASSWORD, "林小華"] {
        assert!(!text.contains(secret), "{text}");
    }
    office.close().await;
}

#[tokio::test]
async fn a_sign_in_names_the_account_whether_it_succeeds_or_not() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    office
        .try_sign_in("tea", "boss", "wrong")
        .await
        .unwrap_err();
    let records = stored(&office, "staff.SignIn", 2).await;
    // Records of two calls may arrive in any order.
    let mut outcomes = actions(&records);
    outcomes.sort_unstable();
    assert_eq!(
        outcomes,
        [("staff.SignIn", "LOGIN_FAILED"), ("staff.SignIn", "OK")]
    );
    assert!(
        records
            .iter()
            .all(|record| record.on_behalf_of.as_deref() == Some(&*boss.account_id))
    );
    for record in &records {
        assert_eq!(record.network, "192.0.2.*");
        assert_eq!(record.user_agent, "a browser");
    }
    office.close().await;
}

#[tokio::test]
async fn a_refused_change_leaves_no_record_but_an_attempt_without_authority_does() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let mut stale = office
        .account(&boss, "clerk", "counter", everywhere())
        .await;
    stale.version = 9;
    let refusal = refused(office.set_enabled(&boss, &stale, false).await);
    assert_eq!(refusal.reason, "VERSION_CONFLICT");
    let clerk = office.person("clerk").await;
    refused(office.set_enabled(&clerk, &stale, false).await);

    let records = stored(&office, "staff.SetAccountState", 1).await;
    assert_eq!(
        actions(&records),
        [("staff.SetAccountState", "PERMISSION_DENIED")]
    );
    assert_eq!(records[0].actor_id, clerk.account_id);
    office.close().await;
}

#[tokio::test]
async fn records_are_seen_within_the_scope_of_the_viewer() {
    let office = Office::open().await;
    let clock = testkit::clock();
    let (brand, branch) = (BrandId::new(&clock), BranchId::new(&clock));
    let other = BranchId::new(&clock);
    office.publish_branch(brand, branch).await;
    deliver(
        &office,
        &[
            record("test.OfBranch", None, Some(branch)),
            record("test.OfBrand", Some(brand), None),
            record("test.OfOther", None, Some(other)),
            record("test.OfAll", None, None),
        ],
    )
    .await;
    let viewer = |scope: Scope| {
        let mut viewer = identities::staff(office.org, &[("system.settings", Level::View)], scope);
        viewer.actions.insert("audit.view".to_owned());
        viewer
    };
    let seen = async |scope: Scope| {
        let records = list(&office, &viewer(scope), ListAuditRecordsRequest::default()).await;
        let tests = records.into_iter().map(|record| record.action);
        tests
            .filter(|action| action.starts_with("test."))
            .collect::<Vec<_>>()
    };
    let of_branch = Scope {
        branches: [branch].into(),
        ..Scope::default()
    };
    assert_eq!(seen(of_branch).await, ["test.OfBranch"]);
    let of_brand = Scope {
        brands: [brand].into(),
        ..Scope::default()
    };
    assert_eq!(seen(of_brand).await, ["test.OfBrand", "test.OfBranch"]);
    let all = seen(Scope::whole_organisation()).await;
    assert_eq!(all.len(), 4, "{all:?}");
    office.close().await;
}

#[tokio::test]
async fn records_come_newest_first_a_page_at_a_time_and_by_object() {
    let office = Office::open().await;
    let records: Vec<AuditRecord> = (0..25)
        .map(|number| record(&format!("test.Number{number:02}"), None, None))
        .collect();
    deliver(&office, &records).await;
    let owner = identities::owner(office.org);
    let mut client = AuditServiceClient::new(office.service.channel_as(&owner));
    let mut request = ListAuditRecordsRequest {
        page_size: 20,
        ..ListAuditRecordsRequest::default()
    };
    let first = ok(client.list_audit_records(request.clone()).await);
    assert_eq!(first.records.len(), 20);
    assert_eq!(first.records[0].action, "test.Number24");
    request.page_token = first.next_page_token.unwrap();
    let second = ok(client.list_audit_records(request).await);
    assert_eq!(second.records[0].seq, first.records[19].seq - 1);
    assert_eq!(second.next_page_token, None);

    let of_object = ListAuditRecordsRequest {
        object_id: "test.Number07".to_owned(),
        ..ListAuditRecordsRequest::default()
    };
    let found = list(&office, &owner, of_object).await;
    assert_eq!(actions(&found), [("test.Number07", "OK")]);
    office.close().await;
}

#[tokio::test]
async fn nobody_sees_the_records_of_another_organisation() {
    let office = Office::open().await;
    deliver(&office, &[record("test.Ours", None, None)]).await;
    let stranger = identities::owner(testkit::organisation());
    let seen = list(&office, &stranger, ListAuditRecordsRequest::default()).await;
    assert_eq!(seen, []);
    office.close().await;
}

#[tokio::test]
async fn the_service_can_neither_change_nor_remove_a_record() {
    let office = Office::open().await;
    deliver(&office, &[record("test.Kept", None, None)]).await;
    for sql in [
        "UPDATE audit_records SET actor_id = 'somebody else'",
        "DELETE FROM audit_records",
        "TRUNCATE audit_records",
    ] {
        let mut tx = office.service.db().db().tenant(office.org).await.unwrap();
        let refused = sqlx::query(sql).execute(&mut *tx).await.unwrap_err();
        let code = refused.as_database_error().and_then(|error| error.code());
        assert_eq!(code.as_deref(), Some("42501"), "{sql}");
    }
    office.close().await;
}

/// A record of something done at `at`.
fn done_at(action: &str, at: &str) -> AuditRecord {
    let at: DateTime<Utc> = at.parse().unwrap();
    AuditRecord {
        recorded_at: Some(time::to_wire(at)),
        ..record(action, None, None)
    }
}

async fn remaining(office: &Office, org: OrganisationId) -> Vec<String> {
    let mut client = AuditServiceClient::new(office.service.channel_as(&identities::owner(org)));
    let request = ListAuditRecordsRequest::default();
    let listed = ok(client.list_audit_records(request).await).records;
    listed.into_iter().map(|record| record.action).collect()
}

#[tokio::test]
async fn after_five_years_records_are_removed_and_the_oldest_goes_first() {
    let office = Office::open().await;
    // Without the records that opening the office leaves.
    let org = testkit::organisation();
    let records = [
        done_at("test.First", "2020-01-01T00:00:00Z"),
        done_at("test.Second", "2020-01-02T00:00:00Z"),
        done_at("test.Younger", "2021-10-01T00:00:00Z"),
        done_at("test.Late", "2020-01-03T00:00:00Z"),
        done_at("test.Present", "2026-09-01T00:00:00Z"),
    ];
    let events: Vec<Event> = records
        .iter()
        .map(|record| Event::new(audit::EVENT, record.record_id.parse().unwrap(), 1, record))
        .collect();
    office.service.deliver(org, &events).await;
    testkit::eventually(async || remaining(&office, org).await.len() == 5).await;

    let context = office.service.context();
    let remove = async || {
        let job = jobs::remove_old_audit_records(context.db.clone(), context.clock.clone());
        job.run_once().await.unwrap();
        remaining(&office, org).await
    };
    assert_eq!(
        remove().await,
        ["test.Present", "test.Late", "test.Younger"],
        "what follows a younger record stays with it"
    );
    office.service.clock().advance(TimeDelta::days(31));
    assert_eq!(remove().await, ["test.Present"]);
    assert_eq!(remove().await, ["test.Present"]);

    let follows = "SELECT record.seq FROM audit_records AS record
                   JOIN audit_chain_starts AS start USING (org_id)
                   WHERE record.seq = start.seq + 1 AND record.previous_hash = start.hash";
    let first: i64 = sqlx::query_scalar(follows)
        .fetch_one(&mut office.service.db().superuser().await)
        .await
        .unwrap();
    assert_eq!(first, 5);
    office.close().await;
}

#[tokio::test]
async fn old_records_are_removed_a_batch_at_a_time() {
    let office = Office::open().await;
    let org = testkit::organisation();
    let actions = ["test.A", "test.B", "test.C", "test.D", "test.E"];
    let events = actions.map(|action| {
        let record = done_at(action, "2020-01-01T00:00:00Z");
        Event::new(audit::EVENT, record.record_id.parse().unwrap(), 1, &record)
    });
    office.service.deliver(org, &events).await;
    testkit::eventually(async || remaining(&office, org).await.len() == 5).await;
    let before = testkit::noon();
    let db = office.service.db().db();
    let removed: Result<u64, sqlx::Error> = db
        .in_batches("test", 2, |tx| {
            Box::pin(audit_records::remove_oldest(tx, org, before, 2))
        })
        .await;
    assert_eq!(removed.unwrap(), 5);
    assert_eq!(remaining(&office, org).await, Vec::<String>::new());

    // The next record goes on where the chain ended.
    let next = done_at("test.F", "2026-09-02T00:00:00Z");
    let event = Event::new(audit::EVENT, next.record_id.parse().unwrap(), 1, &next);
    office.service.deliver(org, &[event]).await;
    testkit::eventually(async || remaining(&office, org).await == ["test.F"]).await;
    office.close().await;
}

#[tokio::test]
async fn no_record_of_the_last_five_years_can_be_removed_by_any_role_of_the_service() {
    let office = Office::open().await;
    deliver(&office, &[record("test.Kept", None, None)]).await;
    let mut tx = office.service.db().db().system("test").await.unwrap();
    let removed = sqlx::query("DELETE FROM audit_records")
        .execute(&mut *tx)
        .await
        .unwrap();
    assert_eq!(removed.rows_affected(), 0);
    let read = sqlx::query("SELECT action FROM audit_records").execute(&mut *tx);
    assert!(read.await.is_err(), "nor read by the role of timers");
    office.close().await;
}

#[tokio::test]
async fn a_record_altered_behind_the_service_no_longer_matches_its_hash() {
    let office = Office::open().await;
    let records = ["test.First", "test.Second", "test.Third"];
    deliver(&office, &records.map(|action| record(action, None, None))).await;
    let mut superuser = office.service.db().superuser().await;
    let mismatched = "SELECT action FROM audit_records AS record
                      WHERE hash <> audit_record_hash(record) ORDER BY seq";
    let chained = "SELECT count(*) FROM audit_records AS record
                   JOIN audit_records AS before
                       ON before.org_id = record.org_id AND before.seq = record.seq - 1
                   WHERE record.previous_hash = before.hash";
    let sound: Vec<String> = sqlx::query_scalar(mismatched)
        .fetch_all(&mut superuser)
        .await
        .unwrap();
    assert_eq!(sound, Vec::<String>::new());
    let total: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_records")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    let links: i64 = sqlx::query_scalar(chained)
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(links, total - 1);

    sqlx::query(
        "UPDATE audit_records SET changes = replace(changes::text, '冬瓜茶', '烏龍茶')::jsonb
         WHERE action = 'test.Second'",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    let altered: Vec<String> = sqlx::query_scalar(mismatched)
        .fetch_all(&mut superuser)
        .await
        .unwrap();
    assert_eq!(altered, ["test.Second"]);
    office.close().await;
}

#[tokio::test]
async fn entering_the_password_is_recorded_without_it_and_being_asked_for_it_is_not() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    office.service.clock().advance(TimeDelta::minutes(6));
    let boss = office.refreshed(&boss).await;
    let request = crate::common::account("clerk", "counter", everywhere());
    let problem = refused(office.caller(&boss).create_account(request).await);
    assert_eq!(problem.reason, "REAUTH_REQUIRED");
    for typed in ["a wrong guess", PASSWORD] {
        let request = ReauthenticateRequest {
            password: typed.to_owned(),
            remote_address: "192.0.2.7".to_owned(),
        };
        let _ = office.caller(&boss).reauthenticate(request).await;
    }
    let records = stored(&office, "staff.Reauthenticate", 2).await;
    assert_eq!(
        actions(&records),
        [
            ("staff.Reauthenticate", "OK"),
            ("staff.Reauthenticate", "LOGIN_FAILED")
        ]
    );
    for record in &records {
        assert_eq!(record.actor_id, boss.account_id);
        assert!(!format!("{record:?}").contains(PASSWORD), "{record:?}");
        assert!(!format!("{record:?}").contains("guess"), "{record:?}");
    }
    let owner = identities::owner(office.org);
    let asked = list(&office, &owner, of_action("staff.CreateAccount")).await;
    assert_eq!(actions(&asked), []);
}
