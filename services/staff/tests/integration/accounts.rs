//! Making, listing and disabling accounts, and where one organisation ends.

use crate::common::*;
use chassis::id::{BranchId, BrandId};
use proto::staff::v1::*;

#[tokio::test]
async fn nobody_gives_what_they_do_not_have() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let own = testkit::organisation().to_string();
    let other = testkit::organisation().to_string();
    office
        .account(&boss, "manager", "branch_manager", branch(&own))
        .await;
    let manager = office.person("manager").await;
    for (role, scope, expected) in [
        ("hq_admin", branch(&own), vec!["role"]),
        ("branch_manager", branch(&own), vec!["role"]),
        ("counter", branch(&other), vec!["scope"]),
        ("owner", everywhere(), vec!["role", "scope"]),
    ] {
        let request = account("somebody", role, scope);
        let problem = refused(office.caller(&manager).create_account(request).await);
        assert_eq!(problem.reason, "ESCALATION", "{role}");
        let found: Vec<_> = fields(&problem).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, expected);
    }
    office
        .account(&manager, "clerk", "counter", branch(&own))
        .await;

    // Nor takes it from those who have more, or as much.
    let equal = office
        .account(&boss, "second", "branch_manager", branch(&own))
        .await;
    let problem = refused(office.set_enabled(&manager, &equal, false).await);
    assert_eq!(problem.reason, "ESCALATION");
    let boss_account = ok(office.caller(&boss).get_me(GetMeRequest {}).await)
        .me
        .and_then(|me| me.account)
        .unwrap();
    let problem = refused(office.set_enabled(&manager, &boss_account, false).await);
    assert_eq!(problem.reason, "ESCALATION");
    office.close().await;
}

#[tokio::test]
async fn accounts_are_listed_and_changed_within_ones_own_scope() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let clock = office.service.clock();
    let (here, there) = (BranchId::new(clock), BranchId::new(clock));
    let (here, there) = (here.to_string(), there.to_string());
    let both = Scope {
        branch_ids: vec![here.clone(), there.clone()],
        ..Scope::default()
    };
    office
        .account(&boss, "manager", "branch_manager", branch(&here))
        .await;
    office
        .account(&boss, "near", "counter", branch(&here))
        .await;
    let far = office
        .account(&boss, "far.clerk", "counter", branch(&there))
        .await;
    let wide = office.account(&boss, "wide", "counter", both).await;
    office
        .account(&boss, "nowhere", "counter", Scope::default())
        .await;
    let manager = office.person("manager").await;

    let all = ["boss", "far.clerk", "manager", "near", "nowhere", "wide"];
    assert_eq!(office.listed(&boss).await, all);
    assert_eq!(office.listed(&manager).await, ["manager", "near"]);
    for account in [&far, &wide] {
        let problem = refused(office.set_enabled(&manager, account, false).await);
        assert_eq!(problem.reason, "ESCALATION", "{}", account.account);
    }
    office.close().await;
}

#[tokio::test]
async fn who_has_a_brand_gives_its_branches_and_no_others() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let clock = office.service.clock();
    let own = BrandId::new(clock);
    let (ours, theirs) = (BranchId::new(clock), BranchId::new(clock));
    office.publish_branch(own, ours).await;
    office.publish_branch(BrandId::new(clock), theirs).await;
    let (ours, theirs) = (ours.to_string(), theirs.to_string());
    office
        .account(&boss, "planner", "brand_manager", brand(&own.to_string()))
        .await;
    office
        .account(&boss, "others", "branch_manager", branch(&theirs))
        .await;
    let planner = office.person("planner").await;

    office
        .account(&planner, "manager", "branch_manager", branch(&ours))
        .await;
    let request = account("stranger", "branch_manager", branch(&theirs));
    let problem = refused(office.caller(&planner).create_account(request).await);
    assert_eq!(fields(&problem), [("scope", "ESCALATION")]);
    assert_eq!(office.listed(&planner).await, ["manager", "planner"]);
    office.close().await;
}

#[tokio::test]
async fn without_the_action_to_grant_no_account_is_made() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    office
        .account(&boss, "clerk", "counter", everywhere())
        .await;
    let clerk = office.person("clerk").await;
    let request = account("other", "counter", everywhere());
    let problem = refused(office.caller(&clerk).create_account(request).await);
    assert_eq!(problem.reason, "PERMISSION_DENIED");
    office.close().await;
}

#[tokio::test]
async fn everything_wrong_with_an_account_is_reported_at_once() {
    let office = Office::open().await;
    let mut boss = office.caller(&office.person("boss").await);
    let request = CreateAccountRequest {
        name: String::new(),
        password: "a password of clerk".to_owned(),
        ..account("clerk", "king", everywhere())
    };
    let problem = refused(boss.create_account(request).await);
    let expected = [
        ("name", "VALIDATION_FAILED"),
        ("role", "VALIDATION_FAILED"),
        ("password", "PASSWORD_WEAK"),
    ];
    assert_eq!(fields(&problem), expected);

    let request = CreateAccountRequest {
        idempotency_key: String::new(),
        ..account("clerk", "counter", everywhere())
    };
    let problem = refused(boss.create_account(request).await);
    assert_eq!(fields(&problem), [("idempotency_key", "VALIDATION_FAILED")]);
    office.close().await;
}

#[tokio::test]
async fn the_same_request_makes_one_account() {
    let office = Office::open().await;
    let mut boss = office.caller(&office.person("boss").await);
    let request = account("clerk", "counter", everywhere());
    let first = ok(boss.create_account(request.clone()).await);
    assert_eq!(ok(boss.create_account(request.clone()).await), first);

    for other in [
        account("clerk", "kitchen", everywhere()),
        CreateAccountRequest {
            password: "another long password".to_owned(),
            ..request.clone()
        },
    ] {
        let problem = refused(boss.create_account(other).await);
        assert_eq!(problem.reason, "IDEMPOTENCY_MISMATCH");
    }
    let request = CreateAccountRequest {
        idempotency_key: "another".to_owned(),
        account: "CLERK".to_owned(),
        ..request
    };
    let problem = refused(boss.create_account(request).await);
    assert_eq!(fields(&problem), [("account", "ACCOUNT_TAKEN")]);
    office.close().await;
}

#[tokio::test]
async fn the_same_request_twice_at_once_makes_one_account() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let request = account("clerk", "counter", everywhere());
    let (mut one, mut two) = (office.caller(&boss), office.caller(&boss));
    let (one, two) = tokio::join!(
        one.create_account(request.clone()),
        two.create_account(request)
    );
    assert_eq!(ok(one), ok(two));
    office.close().await;
}

#[tokio::test]
async fn the_last_owner_stays() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let second = office.account(&boss, "second", "owner", everywhere()).await;
    let mut first = ok(office.caller(&boss).get_me(GetMeRequest {}).await)
        .me
        .and_then(|me| me.account)
        .unwrap();

    let stale = Account {
        version: second.version + 1,
        ..second.clone()
    };
    let problem = refused(office.set_enabled(&boss, &stale, false).await);
    assert_eq!(problem.reason, "VERSION_CONFLICT");

    // Two owners disable each other at the same time: one of them remains.
    let other = office.person("second").await;
    let (one, two) = tokio::join!(
        office.set_enabled(&boss, &second, false),
        office.set_enabled(&other, &first, false)
    );
    assert_ne!(one.is_ok(), two.is_ok());
    let (remaining, by) = if one.is_ok() {
        (first, boss)
    } else {
        first = second;
        (first, other)
    };
    let problem = refused(office.set_enabled(&by, &remaining, false).await);
    assert_eq!(problem.reason, "LAST_OWNER");
    office.close().await;
}

#[tokio::test]
async fn accounts_are_listed_a_page_at_a_time() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    for number in 0..20 {
        let name = format!("clerk.{number:02}");
        office.account(&boss, &name, "counter", everywhere()).await;
    }
    let mut boss = office.caller(&boss);
    let page = |page_token: String| ListAccountsRequest {
        page_size: 20,
        page_token,
    };
    let first = ok(boss.list_accounts(page(String::new())).await);
    let names: Vec<_> = first
        .accounts
        .iter()
        .map(|it| it.account.as_str())
        .collect();
    assert_eq!((names.len(), names[0], names[19]), (20, "boss", "clerk.18"));
    let last = ok(boss
        .list_accounts(page(first.next_page_token.unwrap()))
        .await);
    let names: Vec<_> = last.accounts.iter().map(|it| it.account.as_str()).collect();
    assert_eq!((names, last.next_page_token), (vec!["clerk.19"], None));

    let request = ListAccountsRequest {
        page_size: 7,
        ..ListAccountsRequest::default()
    };
    let problem = refused(boss.list_accounts(request).await);
    assert_eq!(fields(&problem), [("page_size", "VALIDATION_FAILED")]);
    for token in ["cl\0erk", "a", "clerk 19"] {
        let problem = refused(boss.list_accounts(page(token.to_owned())).await);
        assert_eq!(
            fields(&problem),
            [("page_token", "VALIDATION_FAILED")],
            "{token:?}"
        );
    }
    office.close().await;
}

#[tokio::test]
async fn another_organisation_sees_and_touches_nothing() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let clerk = office
        .account(&boss, "clerk", "counter", everywhere())
        .await;
    ok(office.found(testkit::organisation(), "milk").await);
    let stranger = office.person_of("milk", "boss").await;

    let problem = refused(office.set_enabled(&stranger, &clerk, false).await);
    assert_eq!(problem.reason, "NOT_FOUND");
    let request = ListAccountsRequest::default();
    let listed = ok(office.caller(&stranger).list_accounts(request).await).accounts;
    let found: Vec<_> = listed.iter().map(|it| it.account_id.as_str()).collect();
    assert_eq!(found, [stranger.account_id.as_str()]);

    // Names and idempotency keys are each organisation's own.
    let theirs = office
        .account(&stranger, "clerk", "kitchen", everywhere())
        .await;
    assert_ne!(theirs.account_id, clerk.account_id);
    office.person("clerk").await;
    office.close().await;
}
