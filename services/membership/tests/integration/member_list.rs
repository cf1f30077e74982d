//! Members as staff sees and changes them.

use chassis::{
    authn::{Level, Scope},
    id::BranchId,
};
use chrono::TimeDelta;
use proto::membership::v1::{
    CreateMemberNoteRequest, CreateMemberRequest, EraseMemberRequest, FindMembersRequest,
    GetMemberRequest, MemberFilter, MemberState, ReadMemberExportRequest,
    RequestCounterCodeRequest, SetMemberStateRequest, StartMemberExportRequest,
    UnmaskMemberRequest, UpdateMemberRequest,
};
use testkit::identities;

use crate::common::{Club, E164, PHONE, reason, terms};

fn create(club: &Club, key: &str, phone: &str, name: &str) -> CreateMemberRequest {
    CreateMemberRequest {
        idempotency_key: key.to_owned(),
        branch_id: club.branch.to_string(),
        phone: phone.to_owned(),
        name: name.to_owned(),
        consents: vec![terms()],
        ..Default::default()
    }
}

#[tokio::test]
async fn members_are_found_by_name_and_phone_and_shown_masked() {
    let club = Club::open().await;
    for (index, (phone, name)) in [
        ("0911123456", "王小明"),
        ("0922000456", "Ａｍｙ Chen"),
        ("0933000789", "陳小美"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = create(&club, &format!("k{index}"), phone, name);
        club.members().create_member(request).await.unwrap();
        club.advance(TimeDelta::minutes(1));
    }
    for (text, names) in [
        ("", vec!["陳小美", "Ａｍｙ Chen", "王小明"]),
        ("小", vec!["陳小美", "王小明"]),
        ("小明", vec!["王小明"]),
        ("amy c", vec!["Ａｍｙ Chen"]),
        ("456", vec!["Ａｍｙ Chen", "王小明"]),
        ("0456", vec!["Ａｍｙ Chen"]),
        ("0911-12", vec!["王小明"]),
        ("小王", vec![]),
    ] {
        let found = club.found(text).await;
        let found: Vec<&str> = found.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(found, names, "{text:?}");
    }
    let row = &club.found("王").await[0];
    assert_eq!(row.phone.as_deref(), Some("0911***456"));
    assert_eq!(row.source_branch_id, Some(club.branch.to_string()));
}

#[tokio::test]
async fn a_list_is_paged_without_gaps_and_counted() {
    let club = Club::open().await;
    for number in 0..25 {
        let phone = format!("09110001{number:02}");
        let request = create(&club, &phone, &phone, &format!("會員{number:02}"));
        club.members().create_member(request).await.unwrap();
        if number % 3 == 0 {
            club.advance(TimeDelta::seconds(1));
        }
    }
    let mut names = Vec::new();
    let mut token = String::new();
    loop {
        let request = FindMembersRequest {
            filter: Some(MemberFilter {
                text: "會員".to_owned(),
                ..Default::default()
            }),
            page_size: 20,
            page_token: token.clone(),
            ..Default::default()
        };
        let page = club
            .members()
            .find_members(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(page.total, token.is_empty().then_some(25));
        names.extend(page.members.into_iter().map(|row| row.name));
        match page.next_page_token {
            Some(next) => token = next,
            None => break,
        }
    }
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!((names.len(), sorted.len()), (25, 25));
    let refused = club
        .members()
        .find_members(FindMembersRequest {
            page_token: "not a token".to_owned(),
            ..Default::default()
        })
        .await;
    assert_eq!(reason(refused), "VALIDATION_FAILED");
}

#[tokio::test]
async fn a_member_joins_at_the_counter_once() {
    let club = Club::open().await;
    let request = RequestCounterCodeRequest {
        branch_id: club.branch.to_string(),
        phone: PHONE.to_owned(),
    };
    club.members().request_counter_code(request).await.unwrap();
    let confirmed = CreateMemberRequest {
        code: club.code(E164).await,
        ..create(&club, "k1", PHONE, "王小明")
    };
    let mut members = club.members();
    let created = members.create_member(confirmed.clone()).await.unwrap();
    let id = created.into_inner().member.unwrap().member_id;
    let repeated = members.create_member(confirmed).await.unwrap();
    assert_eq!(repeated.into_inner().member.unwrap().member_id, id);
    let profile = members
        .get_member(GetMemberRequest { member_id: id })
        .await
        .unwrap();
    assert!(profile.into_inner().profile.unwrap().phone_verified);
    let again = members
        .create_member(create(&club, "k2", PHONE, "王大明"))
        .await;
    assert_eq!(reason(again), "PHONE_TAKEN");
    let without = CreateMemberRequest {
        consents: Vec::new(),
        ..create(&club, "k3", "0922000456", "陳小美")
    };
    assert_eq!(
        reason(members.create_member(without).await),
        "CONSENT_REQUIRED"
    );
    let elsewhere = CreateMemberRequest {
        branch_id: BranchId::new(club.service.clock()).to_string(),
        ..create(&club, "k4", "0922000456", "陳小美")
    };
    assert_eq!(reason(members.create_member(elsewhere).await), "NOT_FOUND");
}

#[tokio::test]
async fn a_branch_sees_its_own_members_and_changes_none() {
    let club = Club::open().await;
    let own = club.join("phone", PHONE, "王小明").await;
    let other_branch = BranchId::new(club.service.clock());
    club.add_branch(club.org, club.brand, other_branch).await;
    let scope = |branch: BranchId| Scope {
        branches: [branch].into(),
        ..Scope::default()
    };
    let held_to = |branch: BranchId| chassis::authn::Identity {
        scope: scope(branch),
        ..club.owner()
    };
    let get = || GetMemberRequest {
        member_id: own.me.member_id.clone(),
    };
    let mut here = club.members_as(&held_to(club.branch));
    here.get_member(get()).await.unwrap();
    let found = here
        .find_members(FindMembersRequest::default())
        .await
        .unwrap();
    assert_eq!(found.into_inner().members.len(), 1);
    let change = UpdateMemberRequest {
        member_id: own.me.member_id.clone(),
        version: own.me.version,
        name: Some("別人".to_owned()),
        reason: "更正".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        reason(here.update_member(change.clone()).await),
        "OUT_OF_SCOPE"
    );
    let mut there = club.members_as(&held_to(other_branch));
    assert_eq!(reason(there.get_member(get()).await), "NOT_FOUND");
    let found = there
        .find_members(FindMembersRequest::default())
        .await
        .unwrap();
    assert!(found.into_inner().members.is_empty());
    // A brand manager changes members of the organisation.
    let brand = chassis::authn::Identity {
        scope: Scope {
            brands: [club.brand].into(),
            ..Scope::default()
        },
        ..club.owner()
    };
    club.members_as(&brand).update_member(change).await.unwrap();
}

#[tokio::test]
async fn staff_changes_need_a_reason_and_the_version_that_was_read() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let mut members = club.members();
    let change = |version: i64, reason: &str| UpdateMemberRequest {
        member_id: person.me.member_id.clone(),
        version,
        birthday: Some("1990-04-12".to_owned()),
        email: Some("amy@example.com".to_owned()),
        reason: reason.to_owned(),
        ..Default::default()
    };
    let refused = members.update_member(change(1, "")).await;
    assert_eq!(reason(refused), "REASON_REQUIRED");
    let changed = members
        .update_member(change(person.me.version, "更正"))
        .await;
    let row = changed.unwrap().into_inner().member.unwrap();
    assert_eq!(row.birth_day.as_deref(), Some("04-12"));
    let stale = members
        .update_member(change(person.me.version, "更正"))
        .await;
    assert_eq!(reason(stale), "VERSION_CONFLICT");
    let unmask = UnmaskMemberRequest {
        member_id: person.me.member_id.clone(),
        reason: "客訴".to_owned(),
    };
    let contact = members.unmask_member(unmask).await.unwrap();
    let contact = contact.into_inner().contact.unwrap();
    assert_eq!(contact.email.as_deref(), Some("amy@example.com"));
    // No personal data gets onto the bus.
    let leaks = "SELECT count(*) FROM outbox
        WHERE position('911123456'::bytea IN body) > 0 OR position('amy@'::bytea IN body) > 0";
    assert_eq!(club.count(leaks).await, 0);
}

#[tokio::test]
async fn who_is_on_the_blacklist_is_there_with_the_reason() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let mut members = club.members();
    let set = |version: i64, state: MemberState| SetMemberStateRequest {
        member_id: person.me.member_id.clone(),
        version,
        state: state.into(),
        reason: "三次未取".to_owned(),
    };
    let refused = members
        .set_member_state(set(person.me.version, MemberState::Erased))
        .await;
    assert_eq!(reason(refused), "VALIDATION_FAILED");
    let row = members
        .set_member_state(set(person.me.version, MemberState::Blocked))
        .await
        .unwrap();
    assert_eq!(
        row.into_inner().member.unwrap().state(),
        MemberState::Blocked
    );
    let profile = members
        .get_member(GetMemberRequest {
            member_id: person.me.member_id.clone(),
        })
        .await
        .unwrap();
    let change = profile.into_inner().profile.unwrap().state_change.unwrap();
    assert_eq!(change.reason, "三次未取");
}

#[tokio::test]
async fn notes_are_limited_and_erasing_takes_them() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let mut members = club.members();
    let note = |key: usize| CreateMemberNoteRequest {
        idempotency_key: format!("n{key}"),
        member_id: person.me.member_id.clone(),
        text: "喜歡靠窗".to_owned(),
    };
    for number in 0..100 {
        members.create_member_note(note(number)).await.unwrap();
    }
    assert_eq!(
        reason(members.create_member_note(note(100)).await),
        "NOTE_LIMIT"
    );
    let row = club.row(&person.me.member_id).await;
    let erase = EraseMemberRequest {
        member_id: person.me.member_id.clone(),
        version: row.version,
        reason: "本人要求".to_owned(),
    };
    members.erase_member(erase).await.unwrap();
    assert_eq!(club.count("SELECT count(*) FROM member_notes").await, 0);
    assert!(!club.lives(&person.session).await);
}

#[tokio::test]
async fn an_export_says_who_made_it_and_is_read_by_nobody_else() {
    let club = Club::open().await;
    club.join("phone", PHONE, "王小明").await;
    let owner = club.owner();
    let mut members = club.members_as(&owner);
    let start = |unmasked: bool| StartMemberExportRequest {
        filter: None,
        unmasked,
        reason: "活動名單".to_owned(),
    };
    let started = members.start_member_export(start(false)).await.unwrap();
    let started = started.into_inner();
    assert_eq!(started.rows, 1);
    let read = |export_id: &str| ReadMemberExportRequest {
        export_id: export_id.to_owned(),
        page_token: String::new(),
    };
    let part = members
        .read_member_export(read(&started.export_id))
        .await
        .unwrap();
    let csv = String::from_utf8(part.into_inner().csv.to_vec()).unwrap();
    let account = owner.account().unwrap().to_string();
    assert!(
        csv.starts_with("\u{feff}# ") && csv.contains(&account),
        "{csv}"
    );
    assert!(
        csv.contains("0911***456") && !csv.contains("911123456"),
        "{csv}"
    );
    let another = club.members_as(&club.owner());
    let refused = another
        .clone()
        .read_member_export(read(&started.export_id))
        .await;
    assert_eq!(reason(refused), "NOT_FOUND");

    let started = members.start_member_export(start(true)).await.unwrap();
    let id = started.into_inner().export_id;
    let part = members.read_member_export(read(&id)).await.unwrap();
    let csv = String::from_utf8(part.into_inner().csv.to_vec()).unwrap();
    assert!(csv.contains("+886911123456"), "{csv}");
    club.advance(TimeDelta::hours(1));
    assert_eq!(
        reason(members.read_member_export(read(&id)).await),
        "NOT_FOUND"
    );

    let mut without = club.owner();
    without.actions.remove("member.unmask");
    let refused = club
        .members_as(&without)
        .start_member_export(start(true))
        .await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
}

#[tokio::test]
async fn who_may_only_look_cannot_change() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let viewer = identities::staff(
        club.org,
        &[
            ("member.list", Level::View),
            ("member.profiles", Level::View),
        ],
        Scope::whole_organisation(),
    );
    let mut members = club.members_as(&viewer);
    members
        .find_members(FindMembersRequest::default())
        .await
        .unwrap();
    let change = UpdateMemberRequest {
        member_id: person.me.member_id.clone(),
        version: person.me.version,
        reason: "更正".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        reason(members.update_member(change).await),
        "PERMISSION_DENIED"
    );
    let unmask = UnmaskMemberRequest {
        member_id: person.me.member_id.clone(),
        reason: "看看".to_owned(),
    };
    assert_eq!(
        reason(members.unmask_member(unmask).await),
        "PERMISSION_DENIED"
    );
}
