//! Founding an organisation and coming in.

use crate::common::*;
use chassis::authn::{Actor, Level};
use proto::staff::v1::GetMeRequest;

#[tokio::test]
async fn an_organisation_is_founded_once_and_its_code_is_its_own() {
    let office = Office::open().await;
    let again = ok(office.found(office.org, "tea").await)
        .organisation
        .unwrap();
    assert_eq!(again.organisation_id, office.org.to_string());
    let problem = refused(office.found(testkit::organisation(), "TEA ").await);
    assert_eq!(problem.reason, "CODE_TAKEN");
    let mut weak = organisation(testkit::organisation(), "milk");
    weak.owner_password = "password123".to_owned();
    let problem = refused(office.gateway().create_organisation(weak).await);
    assert_eq!(fields(&problem), [("owner_password", "PASSWORD_WEAK")]);
    office.close().await;
}

#[tokio::test]
async fn whatever_is_wrong_the_refusal_is_the_same() {
    let office = Office::open().await;
    let signed_in = office.try_sign_in(" Tea", "BOSS", PASSWORD).await.unwrap();
    let me = signed_in.me.unwrap();
    assert_eq!(me.account.unwrap().account, "boss");
    assert_eq!(me.organisation.unwrap().code, "tea");

    let mut refusals = Vec::new();
    for (code, account, password) in [
        ("nowhere", "boss", PASSWORD),
        ("tea", "nobody", PASSWORD),
        ("tea", "boss", "another long password"),
    ] {
        let problem = office.try_sign_in(code, account, password).await;
        refusals.push(problem.unwrap_err().to_string());
    }
    assert!(refusals[0].contains("LOGIN_FAILED"), "{refusals:?}");
    assert!(refusals.iter().all(|it| *it == refusals[0]), "{refusals:?}");
    office.close().await;
}

#[tokio::test]
async fn what_is_missing_or_no_text_is_named_and_counts_as_no_failure() {
    let office = Office::open().await;
    for (code, account, password, named) in [
        ("", "boss", PASSWORD, vec!["organisation_code"]),
        ("tea", "", "", vec!["account", "password"]),
        (
            "te\0a",
            "bo\0ss",
            "wr\0ng",
            vec!["organisation_code", "account", "password"],
        ),
    ] {
        for _ in 0..5 {
            let problem = office.try_sign_in(code, account, password).await;
            let problem = problem.unwrap_err();
            let expected: Vec<_> = named.iter().map(|it| (*it, "VALIDATION_FAILED")).collect();
            assert_eq!(fields(&problem), expected);
        }
    }
    office.try_sign_in("tea", "boss", PASSWORD).await.unwrap();
    for (token, reason) in [
        ("\0", "VALIDATION_FAILED"),
        ("%00", "SESSION_EXPIRED"),
        ("", "SESSION_EXPIRED"),
    ] {
        let problem = office.exchange(token).await.unwrap_err();
        assert_eq!(problem.reason, reason, "{token:?}");
    }
    office.close().await;
}

#[tokio::test]
async fn five_failures_lock_the_account_even_for_its_owner() {
    let office = Office::open().await;
    for _ in 0..4 {
        let problem = office.try_sign_in("tea", "boss", "wrong").await;
        assert_eq!(problem.unwrap_err().reason, "LOGIN_FAILED");
    }
    for password in ["wrong", PASSWORD] {
        let problem = office.try_sign_in("tea", "boss", password).await;
        let problem = problem.unwrap_err();
        assert_eq!(problem.reason, "LOGIN_LOCKED");
        assert_eq!(problem.params["minutes"], "15");
    }
    office.close().await;
}

#[tokio::test]
async fn many_guesses_at_once_are_not_more_guesses() {
    let office = Office::open().await;
    let guesses = (0..12).map(|number| {
        // The last one hits, but by then there have been too many.
        let password = if number == 11 { PASSWORD } else { "wrong" };
        office.try_sign_in("tea", "boss", password)
    });
    let mut answers = futures::future::join_all(guesses).await;
    let last = answers.pop().unwrap();
    assert_eq!(last.err().unwrap().reason, "LOGIN_LOCKED");
    office.close().await;
}

#[tokio::test]
async fn a_right_password_forgets_the_failures() {
    let office = Office::open().await;
    for _ in 0..2 {
        for _ in 0..4 {
            let problem = office.try_sign_in("tea", "boss", "wrong").await;
            assert_eq!(problem.unwrap_err().reason, "LOGIN_FAILED");
        }
        office.try_sign_in("tea", "boss", PASSWORD).await.unwrap();
    }
    office.close().await;
}

#[tokio::test]
async fn only_the_right_password_learns_that_the_account_is_disabled_or_has_no_scope() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let clerk = office
        .account(&boss, "clerk", "counter", everywhere())
        .await;
    ok(office.set_enabled(&boss, &clerk, false).await);
    office
        .account(&boss, "nowhere", "counter", Default::default())
        .await;
    for (account, reason) in [("clerk", "ACCOUNT_DISABLED"), ("nowhere", "NO_SCOPE")] {
        let problem = office.try_sign_in("tea", account, "wrong").await;
        assert_eq!(problem.unwrap_err().reason, "LOGIN_FAILED");
        let problem = office.try_sign_in("tea", account, PASSWORD).await;
        assert_eq!(problem.unwrap_err().reason, reason);
    }
    office.close().await;
}

#[tokio::test]
async fn a_session_becomes_an_identity_that_every_service_believes() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let branch_id = testkit::organisation().to_string();
    office
        .account(&boss, "clerk", "counter", branch(&branch_id))
        .await;
    let clerk = office.person("clerk").await;

    let identity = &clerk.identity;
    assert_eq!(identity.org, Some(office.org));
    let Actor::Staff {
        account, session, ..
    } = &identity.actor
    else {
        panic!("not of staff: {identity:?}");
    };
    assert_eq!(account.to_string(), clerk.account_id);
    assert_eq!(session.to_string(), clerk.session_id);
    assert!(identity.may("ops.orders", Level::Manage));
    assert!(identity.may("ops.stock", Level::View) && !identity.may("ops.stock", Level::Manage));
    assert!(!identity.may("staff.accounts", Level::View) && identity.actions.is_empty());
    assert!(!identity.scope.organisation);
    assert_eq!(
        identity
            .scope
            .branches
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        [branch_id.as_str()]
    );
    assert!(boss.identity.actions.contains("staff.grant") && boss.identity.limits.is_empty());

    office
        .account(&boss, "manager", "branch_manager", branch(&branch_id))
        .await;
    let manager = office.person("manager").await.identity;
    let limit = manager.limit("order.refund");
    assert!(limit.each.is_some() && limit.day.is_some());

    let me = ok(office.caller(&clerk).get_me(GetMeRequest {}).await);
    assert_eq!(me.me.unwrap().account.unwrap().account_id, clerk.account_id);
    office.close().await;
}
