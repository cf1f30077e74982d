//! How sessions end, and the event of it.

use crate::common::*;
use chassis::inbox::Received;
use chrono::TimeDelta;
use proto::staff::v1::*;

/// What the event says: whose sessions, and which.
fn ended(event: &Received) -> (String, Vec<String>) {
    let body: SessionsEnded = event.decode().unwrap();
    assert_eq!(event.aggregate.to_string(), body.account_id);
    (body.account_id, body.session_ids)
}

async fn assert_over(office: &Office, person: &Person) {
    let problem = office.exchange(&person.session_token).await.unwrap_err();
    assert_eq!(problem.reason, "SESSION_EXPIRED");
}

#[tokio::test]
async fn signing_out_ends_this_session_only() {
    let office = Office::open().await;
    let mut bus = office.service.listen(&["staff.sessions.ended.v1"]).await;
    let (here, there) = (office.person("boss").await, office.person("boss").await);
    let request = SignOutRequest {
        session_token: here.session_token.clone(),
    };
    ok(office.gateway().sign_out(request.clone()).await);
    let event = bus.next().await;
    assert_eq!(event.org, office.org);
    assert_eq!(
        ended(&event),
        (here.account_id.clone(), vec![here.session_id.clone()])
    );
    assert_over(&office, &here).await;
    office.exchange(&there.session_token).await.unwrap();
    // Once more, or with what never was a session, is no error.
    ok(office.gateway().sign_out(request).await);
    ok(office.gateway().sign_out(SignOutRequest::default()).await);
    office.close().await;
}

#[tokio::test]
async fn disabling_an_account_ends_its_sessions_for_good() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let account = office
        .account(&boss, "clerk", "counter", everywhere())
        .await;
    let clerk = office.person("clerk").await;
    let mut bus = office.service.listen(&["staff.sessions.ended.v1"]).await;

    let disabled = ok(office.set_enabled(&boss, &account, false).await);
    assert_eq!(
        ended(&bus.next().await),
        (clerk.account_id.clone(), vec![clerk.session_id.clone()])
    );
    assert_over(&office, &clerk).await;
    ok(office
        .set_enabled(&boss, &disabled.account.unwrap(), true)
        .await);
    assert_over(&office, &clerk).await;
    office.person("clerk").await;
    office.close().await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let office = Office::open().await;
    let (here, there) = (office.person("boss").await, office.person("boss").await);
    let mut bus = office.service.listen(&["staff.sessions.ended.v1"]).await;
    let new = "six cups of plum juice";
    let mut boss = office.caller(&here);
    let problem = refused(boss.change_my_password(change_password("wrong", new)).await);
    assert_eq!(fields(&problem), [("current_password", "LOGIN_FAILED")]);
    let problem = refused(
        boss.change_my_password(change_password(PASSWORD, "1234567890"))
            .await,
    );
    assert_eq!(fields(&problem), [("new_password", "PASSWORD_WEAK")]);
    office.exchange(&there.session_token).await.unwrap();

    ok(boss
        .change_my_password(change_password(PASSWORD, new))
        .await);
    assert_eq!(
        ended(&bus.next().await),
        (there.account_id.clone(), vec![there.session_id.clone()])
    );
    assert_over(&office, &there).await;
    office.exchange(&here.session_token).await.unwrap();
    let problem = office.try_sign_in("tea", "boss", PASSWORD).await;
    assert_eq!(problem.unwrap_err().reason, "LOGIN_FAILED");
    office.try_sign_in("tea", "boss", new).await.unwrap();
    office.close().await;
}

#[tokio::test]
async fn wrong_passwords_of_a_change_and_of_sign_ins_count_together() {
    let office = Office::open().await;
    let person = office.person("boss").await;
    let mut boss = office.caller(&person);
    let guess = change_password("wrong", "six cups of plum juice");
    for _ in 0..3 {
        let problem = refused(boss.change_my_password(guess.clone()).await);
        assert_eq!(fields(&problem), [("current_password", "LOGIN_FAILED")]);
    }
    let problem = office.try_sign_in("tea", "boss", "wrong").await;
    assert_eq!(problem.unwrap_err().reason, "LOGIN_FAILED");
    // The fifth locks, also for who knows the password.
    for current in ["wrong", PASSWORD] {
        let change = change_password(current, "six cups of plum juice");
        let problem = refused(boss.change_my_password(change).await);
        assert_eq!(problem.reason, "LOGIN_LOCKED");
    }
    let problem = office.try_sign_in("tea", "boss", PASSWORD).await;
    assert_eq!(problem.unwrap_err().reason, "LOGIN_LOCKED");
    office.exchange(&person.session_token).await.unwrap();
    office.close().await;
}

#[tokio::test]
async fn many_guesses_at_a_password_change_at_once_are_not_more_guesses() {
    let office = Office::open().await;
    let person = office.person("boss").await;
    let guesses = (0..12).map(|_| {
        let mut boss = office.caller(&person);
        let guess = change_password("wrong", "six cups of plum juice");
        async move { boss.change_my_password(guess).await }
    });
    let answers = futures::future::join_all(guesses).await;
    let reasons: Vec<_> = answers
        .into_iter()
        .map(|answer| refused(answer).reason)
        .collect();
    let tried = reasons.iter().filter(|it| *it == "LOGIN_FAILED").count();
    let locked = reasons.iter().filter(|it| *it == "LOGIN_LOCKED").count();
    assert_eq!((tried, locked), (4, 8), "{reasons:?}");
    office.close().await;
}

fn password(password: &str) -> ReauthenticateRequest {
    ReauthenticateRequest {
        password: password.to_owned(),
        remote_address: "192.0.2.7".to_owned(),
    }
}

#[tokio::test]
async fn an_entered_password_counts_for_five_minutes_of_its_session() {
    let office = Office::open().await;
    let clock = office.service.clock();
    let (boss, other) = (office.person("boss").await, office.person("boss").await);
    let create = async |person: &Person, name: &str| {
        let person = office.refreshed(person).await;
        let request = account(name, "counter", everywhere());
        office.caller(&person).create_account(request).await
    };
    clock.advance(TimeDelta::minutes(5));
    ok(create(&boss, "first").await);
    clock.advance(TimeDelta::seconds(1));
    let problem = refused(create(&boss, "second").await);
    assert_eq!(problem.reason, "REAUTH_REQUIRED");

    let problem = refused(office.caller(&boss).reauthenticate(password("wrong")).await);
    assert_eq!(fields(&problem), [("password", "LOGIN_FAILED")]);
    let problem = refused(create(&boss, "second").await);
    assert_eq!(problem.reason, "REAUTH_REQUIRED");
    ok(office
        .caller(&boss)
        .reauthenticate(password(PASSWORD))
        .await);
    ok(create(&boss, "second").await);
    // The other session is not the one in which it was entered.
    let problem = refused(create(&other, "third").await);
    assert_eq!(problem.reason, "REAUTH_REQUIRED");
    clock.advance(TimeDelta::minutes(6));
    let problem = refused(create(&boss, "third").await);
    assert_eq!(problem.reason, "REAUTH_REQUIRED");
    office.close().await;
}

#[tokio::test]
async fn a_new_password_counts_as_entered() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    office.service.clock().advance(TimeDelta::minutes(6));
    let change = change_password(PASSWORD, "six cups of plum juice");
    ok(office.caller(&boss).change_my_password(change).await);
    let boss = office.refreshed(&boss).await;
    office
        .account(&boss, "clerk", "counter", everywhere())
        .await;
    office.close().await;
}

#[tokio::test]
async fn wrong_passwords_of_a_confirmation_and_of_sign_ins_count_together() {
    let office = Office::open().await;
    let person = office.person("boss").await;
    let mut boss = office.caller(&person);
    for _ in 0..4 {
        let problem = refused(boss.reauthenticate(password("wrong")).await);
        assert_eq!(problem.reason, "LOGIN_FAILED");
    }
    for typed in ["wrong", PASSWORD] {
        let problem = refused(boss.reauthenticate(password(typed)).await);
        assert_eq!(problem.reason, "LOGIN_LOCKED");
    }
    let problem = office.try_sign_in("tea", "boss", PASSWORD).await;
    assert_eq!(problem.unwrap_err().reason, "LOGIN_LOCKED");
    office.exchange(&person.session_token).await.unwrap();
    office.close().await;
}

#[tokio::test]
async fn the_right_password_revives_no_session() {
    let office = Office::open().await;
    let new = "six cups of plum juice";
    let (here, there) = (office.person("boss").await, office.person("boss").await);
    let kept = office.stored_session(&there).await;
    let change = change_password(PASSWORD, new);
    ok(office.caller(&here).change_my_password(change).await);
    // Once without the session, and once with one that Redis should have lost.
    for _ in 0..2 {
        let problem = refused(office.caller(&there).reauthenticate(password(new)).await);
        assert_eq!(problem.reason, "SESSION_EXPIRED");
        office.restore_session(&there, &kept).await;
    }
    assert_over(&office, &there).await;
    office.close().await;
}

/// Redis was away when the sessions should have been removed: here it gets them back.
#[tokio::test]
async fn what_ended_the_sessions_holds_even_when_redis_kept_them() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let mut account = office
        .account(&boss, "clerk", "counter", everywhere())
        .await;
    let (here, there) = (office.person("clerk").await, office.person("clerk").await);
    let kept = office.stored_session(&there).await;

    let change = change_password(PASSWORD, "six cups of plum juice");
    ok(office.caller(&here).change_my_password(change).await);
    account.version += 1;
    office.restore_session(&there, &kept).await;
    assert_over(&office, &there).await;
    office.exchange(&here.session_token).await.unwrap();

    let kept = office.stored_session(&here).await;
    let disabled = ok(office.set_enabled(&boss, &account, false).await);
    ok(office
        .set_enabled(&boss, &disabled.account.unwrap(), true)
        .await);
    office.restore_session(&here, &kept).await;
    assert_over(&office, &here).await;
    office.close().await;
}

#[tokio::test]
async fn the_index_of_sessions_keeps_nothing_that_is_over() {
    let office = Office::open().await;
    let clock = office.service.clock();
    let mut boss = office.person("boss").await;
    for _ in 0..5 {
        clock.advance(TimeDelta::hours(11));
        boss = office.person("boss").await;
    }
    // Signed in eleven hours ago, and unused since: the one before is still open.
    assert_eq!(office.indexed_sessions(&boss).await, 2);
    let sessions = ok(office
        .caller(&boss)
        .list_my_sessions(ListMySessionsRequest {})
        .await);
    assert_eq!(sessions.sessions.len(), 2);
    office.close().await;
}

#[tokio::test]
async fn one_session_too_many_ends_the_one_that_would_end_first() {
    let office = Office::open().await;
    let first = office.person("boss").await;
    office.service.clock().advance(TimeDelta::minutes(1));
    office.fill_sessions(&first).await;
    assert_eq!(office.indexed_sessions(&first).await, 100);
    let last = office.person("boss").await;
    assert_eq!(office.indexed_sessions(&last).await, 100);
    assert_over(&office, &first).await;
    office.exchange(&last.session_token).await.unwrap();
    office.close().await;
}

#[tokio::test]
async fn a_session_is_over_after_twelve_idle_hours() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    let clock = office.service.clock();
    for _ in 0..3 {
        clock.advance(TimeDelta::hours(12));
        office.exchange(&boss.session_token).await.unwrap();
    }
    clock.advance(TimeDelta::hours(12) + TimeDelta::seconds(1));
    assert_over(&office, &boss).await;
    office.close().await;
}

#[tokio::test]
async fn however_busy_a_session_is_over_after_a_week() {
    let office = Office::open().await;
    let boss = office.person("boss").await;
    for _ in 0..16 {
        office.service.clock().advance(TimeDelta::hours(10));
        office.exchange(&boss.session_token).await.unwrap();
    }
    office.service.clock().advance(TimeDelta::hours(9));
    assert_over(&office, &boss).await;
    office.close().await;
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions() {
    let office = Office::open().await;
    let here = office.person("boss").await;
    office
        .account(&here, "clerk", "counter", everywhere())
        .await;
    let clerk = office.person("clerk").await;
    office.service.clock().advance(TimeDelta::minutes(5));
    let there = office.person("boss").await;

    let mut boss = office.caller(&here);
    let sessions = ok(boss.list_my_sessions(ListMySessionsRequest {}).await).sessions;
    let found: Vec<_> = sessions
        .iter()
        .map(|it| (it.session_id.as_str(), it.current))
        .collect();
    assert_eq!(
        found,
        [(&*there.session_id, false), (&*here.session_id, true)]
    );

    let end = |session_id: &str| EndMySessionRequest {
        session_id: session_id.to_owned(),
    };
    let other = ok(boss.end_my_session(end(&clerk.session_id)).await);
    assert_eq!(other.ended, 0, "it is not the caller's");
    assert_eq!(ok(boss.end_my_session(end("")).await).ended, 2);
    assert_over(&office, &here).await;
    assert_over(&office, &there).await;
    office.exchange(&clerk.session_token).await.unwrap();
    office.close().await;
}
