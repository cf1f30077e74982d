//! What is offered, served and proved.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn the_replies_are_the_protocols() {
    assert_eq!(body(&reply(Reply::Nothing)), json!({ "jobReady": false }));
    assert_eq!(
        body(&reply(Reply::Job(token(2)))),
        json!({
            "jobReady": true,
            "mediaTypes": ["image/png"],
            "jobToken": token(2).to_string(),
            "deleteMethod": "DELETE",
        })
    );
    // Questions and a job in one reply would lose the job.
    let asked = body(&reply(Reply::Ask(&Question::ALL)));
    assert_eq!(asked["jobReady"], false);
    assert_eq!(asked["clientAction"].as_array().unwrap().len(), 4);
    assert_eq!(
        asked["clientAction"][3],
        json!({ "request": "PageInfo", "options": "" })
    );
}

#[test]
fn a_printer_is_given_up_after_two_polls_but_not_within_a_minute() {
    let after = |secs: Option<u64>| offline_after(secs.map(Duration::from_secs)).as_secs();
    assert_eq!(after(None), 60);
    assert_eq!(after(Some(5)), 60);
    assert_eq!(after(Some(120)), 245);
    assert_eq!(after(Some(u64::MAX)), 600);
}

#[test]
fn a_job_is_offered_again_only_until_it_is_fetched() {
    let idle = saying("200%20OK");
    assert!(look(&idle, None).may_offer);
    assert!(look(&idle, Some(handed(Phase::Offered))).may_offer);
    // Idle after the fetch proves nothing, and an offer would print it twice.
    let seen = look(&idle, Some(handed(Phase::Served)));
    assert_eq!((seen.may_offer, seen.evidence), (false, None));
    // Who was given up on holds the others up no longer.
    assert!(look(&idle, Some(handed(Phase::Unconfirmed))).may_offer);
    let busy = poll(&json!({ "statusCode": "220", "printingInProgress": true }));
    assert!(!look(&busy, None).may_offer);
}

#[test]
fn a_fetch_is_served_the_same_until_its_time_is_over() {
    let named = format!(
        "uid=k&type=image/png&mac=00:11:62:1d:9a:b7&token={}",
        token(1)
    );
    let cases = [
        (named.as_str(), Some(Phase::Offered), Fetched::Bytes),
        (named.as_str(), Some(Phase::Served), Fetched::Bytes),
        (named.as_str(), Some(Phase::Unconfirmed), Fetched::Nothing),
        (named.as_str(), Some(Phase::Closed), Fetched::Nothing),
        (named.as_str(), None, Fetched::Nothing),
        ("", Some(Phase::Offered), Fetched::Bytes),
        ("", None, Fetched::Nothing),
        ("type=", Some(Phase::Offered), Fetched::Bytes),
        ("type=IMAGE%2FPNG", Some(Phase::Offered), Fetched::Bytes),
        (
            "type=image/png%3B%20charset%3Dx",
            Some(Phase::Offered),
            Fetched::Bytes,
        ),
        (
            "type=text/plain",
            Some(Phase::Offered),
            Fetched::OtherFormat,
        ),
        (
            "type=image/vnd.star.png&mono_len=9",
            Some(Phase::Served),
            Fetched::OtherFormat,
        ),
        ("type=text/plain", Some(Phase::Closed), Fetched::Nothing),
    ];
    for (query, phase, expected) in cases {
        assert_eq!(
            fetch(&Query::read(query), phase),
            expected,
            "{query} {phase:?}"
        );
    }
    let statuses = [Fetched::Bytes, Fetched::Nothing, Fetched::OtherFormat].map(Fetched::status);
    assert_eq!(statuses, [200, 404, 415]);
}

#[test]
fn all_forms_of_success_are_success() {
    for code in [
        "OK",
        "200",
        "200%20OK",
        "200+OK",
        "200%2520OK",
        "201",
        "2xx",
        "211%20Paper%20low",
    ] {
        let expected = if code == "2xx" {
            Some(Evidence::Unclear)
        } else {
            Some(Evidence::Printed)
        };
        for phase in [Phase::Served, Phase::Unconfirmed] {
            assert_eq!(
                confirm(&confirmation(code), Some(phase)),
                expected,
                "{code}"
            );
        }
    }
    // A success of what was fetched before we knew of it is still one.
    assert_eq!(
        confirm(&confirmation("OK"), Some(Phase::Offered)),
        Some(Evidence::Printed)
    );
}

#[test]
fn a_failure_says_what_helps_and_whether_there_is_ink() {
    let cases = [
        ("510%20Media", Remedy::Nothing, Ink::No),
        ("511%20Decode", Remedy::Nothing, Ink::Maybe),
        ("512%20Version", Remedy::Nothing, Ink::No),
        ("520%20Timeout", Remedy::Retry, Ink::No),
        ("521%20Large", Remedy::Nothing, Ink::No),
        ("599%20New", Remedy::Nothing, Ink::Maybe),
        ("410%20Paper", Remedy::WhenWell, Ink::Maybe),
        ("420%20Cover", Remedy::WhenWell, Ink::Maybe),
        ("499%20New", Remedy::WhenWell, Ink::Maybe),
    ];
    for (code, remedy, ink) in cases {
        let text = code.replace("%20", " ");
        assert_eq!(
            confirm(&confirmation(code), Some(Phase::Served)),
            not_printed(remedy, ink, &text),
            "{code}"
        );
        // What was never fetched is not on paper.
        assert_eq!(
            confirm(&confirmation(code), Some(Phase::Offered)),
            not_printed(remedy, Ink::No, &text),
            "{code}"
        );
    }
    for code in ["", "nothing", "100%20Continue", "999"] {
        assert_eq!(
            confirm(&confirmation(code), Some(Phase::Served)),
            Some(Evidence::Unclear)
        );
    }
    let without = Query::read(&format!("token={}", token(1)));
    assert_eq!(
        confirm(&without, Some(Phase::Served)),
        Some(Evidence::Unclear)
    );
    assert_eq!(
        confirm(&without, Some(Phase::Offered)),
        not_printed(Remedy::Retry, Ink::No, "")
    );
}

/// C13 (b): served at 0 s, fetched again at 70 s, confirmed at 150 s and again at 151 s.
#[test]
fn a_late_confirmation_counts_once_and_our_own_refusal_proves_nothing() {
    let named = Query::read(&format!("type=image/png&token={}", token(1)));
    assert_eq!(fetch(&named, Some(Phase::Offered)), Fetched::Bytes);
    // Its time is over: no bytes, and the 520 that follows from that fails nothing.
    assert_eq!(fetch(&named, Some(Phase::Unconfirmed)).status(), 404);
    for code in ["520%20Timeout", "521%20Large"] {
        assert_eq!(confirm(&confirmation(code), Some(Phase::Unconfirmed)), None);
    }
    let refused = poll(&json!({ "statusCode": "520", "jobToken": token(1).to_string() }));
    assert_eq!(
        look(&refused, Some(handed(Phase::Unconfirmed))).evidence,
        None
    );
    assert_eq!(
        confirm(&confirmation("200%20OK"), Some(Phase::Unconfirmed)),
        Some(Evidence::Printed)
    );
    let again = Query::read(&format!("code=200%20OK&token={}&retry=1", token(1)));
    assert_eq!(again.retry, 1);
    assert_eq!(confirm(&again, Some(Phase::Closed)), None);
}

/// C13 (d): another job's token, or none, leaves the job in the printer's hands alone.
#[test]
fn a_confirmation_is_about_the_try_it_names_alone() {
    for query in [
        "code=OK",
        "code=OK&token=",
        "code=OK&token=other",
        "code=511",
    ] {
        let query = Query::read(query);
        assert!(!matches!(query.token, Named::Try(_)));
        // No try of this printer, so no phase.
        assert_eq!(confirm(&query, None), None);
    }
    assert_eq!(confirm(&confirmation("OK"), None), None);
}

/// C13 (e): paper out after the fetch; the next try is marked.
#[test]
fn paper_that_ends_after_the_fetch_leaves_a_job_that_may_be_half_printed() {
    let out = saying("410%20Out%20of%20paper");
    let seen = look(&out, Some(handed(Phase::Served)));
    assert_eq!(
        seen.evidence,
        Some((
            token(1),
            Evidence::NotPrinted(NotPrinted {
                remedy: Remedy::WhenWell,
                ink: Ink::Maybe,
                code: "410 Out of paper".to_owned(),
            })
        ))
    );
    assert!(!seen.may_offer);
    // Before the fetch it proves nothing, and takes nothing back.
    let seen = look(&out, Some(handed(Phase::Offered)));
    assert_eq!((seen.evidence, seen.may_offer), (None, false));
    // While it still prints, or about another try, neither.
    let printing = poll(&json!({ "statusCode": "410", "printingInProgress": true }));
    assert_eq!(look(&printing, Some(handed(Phase::Served))).evidence, None);
    let other = poll(&json!({ "statusCode": "410", "jobToken": token(2).to_string() }));
    assert_eq!(look(&other, Some(handed(Phase::Served))).evidence, None);
    // The first try's success may still arrive, when a second one waits.
    assert_eq!(
        confirm(&confirmation("OK"), Some(Phase::Served)),
        Some(Evidence::Printed)
    );
}

#[test]
fn a_job_error_in_a_poll_is_believed_of_the_try_it_names() {
    let unnamed = saying("511%20Decode");
    assert_eq!(look(&unnamed, Some(handed(Phase::Served))).evidence, None);
    let named = poll(&json!({ "statusCode": "511 Decode", "jobToken": token(1).to_string() }));
    let seen = look(&named, Some(handed(Phase::Served)));
    let expected = not_printed(Remedy::Nothing, Ink::Maybe, "511 Decode").unwrap();
    assert_eq!(seen.evidence, Some((token(1), expected)));
    assert!(!seen.may_offer);
}

/// C13 (g): taken back before the fetch, it is never printed.
#[test]
fn what_was_taken_back_before_the_fetch_has_no_bytes() {
    let named = Query::read(&format!("token={}", token(1)));
    assert_eq!(fetch(&named, Some(Phase::Closed)), Fetched::Nothing);
    assert_eq!(confirm(&confirmation("520"), Some(Phase::Closed)), None);
}

fn any_phase() -> impl Strategy<Value = Option<Phase>> {
    prop::sample::select(vec![
        None,
        Some(Phase::Offered),
        Some(Phase::Served),
        Some(Phase::Unconfirmed),
        Some(Phase::Closed),
    ])
}

proptest! {
    #[test]
    fn no_poll_makes_it_panic(body: Vec<u8>, phase in any_phase()) {
        if let Ok(poll) = Poll::read(&body) {
            let _ = (look(&poll, phase.map(handed)), learn(&poll.results));
        }
    }

    #[test]
    fn nothing_but_success_prints(
        code in "([0-9]{0,5}|OK|ok)[ %20a-zA-Z]{0,10}",
        phase in any_phase(),
    ) {
        let query = Query { code: Some(code.clone()), ..confirmation("") };
        if confirm(&query, phase) == Some(Evidence::Printed) {
            prop_assert!(code.trim() == "OK" || crate::text::decoded(&code).trim_start().starts_with('2')
                || crate::text::decoded(&code).trim() == "OK");
        }
    }

    #[test]
    fn no_query_makes_it_panic(query: String, phase in any_phase()) {
        let query = Query::read(&query);
        let _ = (fetch(&query, phase), confirm(&query, phase));
    }

    #[test]
    fn a_try_that_has_ended_proves_nothing_more(query: String, code in "[0-9]{3}") {
        let query = Query::read(&query);
        prop_assert_eq!(confirm(&query, Some(Phase::Closed)), None);
        prop_assert_eq!(confirm(&confirmation(&code), Some(Phase::Closed)), None);
        prop_assert_eq!(fetch(&query, Some(Phase::Closed)), Fetched::Nothing);
    }
}
