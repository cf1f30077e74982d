//! Duplicates, merging, and undoing it.

use chrono::TimeDelta;
use proto::membership::v1::{
    DismissDuplicateRequest, ListDuplicatesRequest, ListMergesRequest, MemberRow, MemberState,
    MergeMembersRequest, UndoMergeRequest, UpdateMemberRequest,
};

use crate::common::{Club, PHONE, Person, reason};

const OTHER_PHONE: &str = "0922333444";

async fn two(club: &Club) -> (Person, Person) {
    let older = club.join("phone", PHONE, "王小明").await;
    club.advance(TimeDelta::minutes(2));
    let newer = club.join("laptop", OTHER_PHONE, "王小明").await;
    (older, newer)
}

/// Gives a member an e-mail, as staff does.
async fn set_email(club: &Club, person: &Person, email: &str) -> MemberRow {
    let row = club.row(&person.me.member_id).await;
    let request = UpdateMemberRequest {
        member_id: person.me.member_id.clone(),
        version: row.version,
        email: Some(email.to_owned()),
        birthday: Some("1990-04-12".to_owned()),
        reason: "更正".to_owned(),
        ..Default::default()
    };
    let changed = club.members().update_member(request).await.unwrap();
    changed.into_inner().member.unwrap()
}

async fn request(club: &Club, one: &Person, other: &Person) -> MergeMembersRequest {
    let (one, other) = (
        club.row(&one.me.member_id).await,
        club.row(&other.me.member_id).await,
    );
    MergeMembersRequest {
        idempotency_key: "merge".to_owned(),
        member_id: one.member_id,
        version: one.version,
        other_member_id: other.member_id,
        other_version: other.version,
        reason: "同一人".to_owned(),
    }
}

async fn pairs(club: &Club) -> usize {
    let listed = club
        .members()
        .list_duplicates(ListDuplicatesRequest::default())
        .await
        .unwrap();
    listed.into_inner().pairs.len()
}

#[tokio::test]
async fn the_same_email_or_name_and_birthday_is_suggested_until_dismissed() {
    let club = Club::open().await;
    let (older, newer) = two(&club).await;
    assert_eq!(pairs(&club).await, 0, "a name alone says nothing");
    set_email(&club, &older, "Amy@example.com").await;
    set_email(&club, &newer, "amy@EXAMPLE.com").await;
    let listed = club
        .members()
        .list_duplicates(ListDuplicatesRequest::default())
        .await
        .unwrap();
    let listed = listed.into_inner().pairs;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].causes.len(), 2);
    let dismiss = DismissDuplicateRequest {
        member_id: newer.me.member_id.clone(),
        other_member_id: older.me.member_id.clone(),
    };
    club.members().dismiss_duplicate(dismiss).await.unwrap();
    assert_eq!(pairs(&club).await, 0);
}

#[tokio::test]
async fn the_older_is_kept_and_both_phones_sign_it_in() {
    let club = Club::open().await;
    let (older, newer) = two(&club).await;
    set_email(&club, &newer, "amy@example.com").await;
    let merge = request(&club, &newer, &older).await;
    let mut members = club.members();
    let merged = members
        .merge_members(merge.clone())
        .await
        .unwrap()
        .into_inner();
    let kept = merged.member.unwrap();
    assert_eq!(kept.member_id, older.me.member_id);
    assert_eq!(kept.birth_day.as_deref(), Some("04-12"), "what it lacked");
    assert!(!club.lives(&newer.session).await);
    assert!(club.lives(&older.session).await);
    assert_eq!(
        club.row(&newer.me.member_id).await.state(),
        MemberState::Merged
    );
    assert_eq!(club.found("王小明").await.len(), 1);
    // Repeating answers the same.
    let again = members.merge_members(merge).await.unwrap().into_inner();
    assert_eq!(again.merge, merged.merge);

    club.advance(TimeDelta::minutes(2));
    let by_old_phone = club.join("tablet", OTHER_PHONE, "").await;
    assert_eq!(by_old_phone.me.member_id, older.me.member_id);
}

#[tokio::test]
async fn merging_is_undone_within_thirty_days() {
    let club = Club::open().await;
    let (older, newer) = two(&club).await;
    set_email(&club, &newer, "amy@example.com").await;
    let mut members = club.members();
    let merge = request(&club, &older, &newer).await;
    let merged = members.merge_members(merge).await.unwrap().into_inner();
    let merge_id = merged.merge.unwrap().merge_id;
    let undo = UndoMergeRequest {
        merge_id: merge_id.clone(),
        reason: "不是同一人".to_owned(),
    };
    club.advance(TimeDelta::days(29));
    let mut members = club.members();
    for _ in 0..2 {
        let undone = members.undo_merge(undo.clone()).await.unwrap();
        assert!(undone.into_inner().merge.unwrap().undone_at.is_some());
    }
    let (kept, back) = (
        club.row(&older.me.member_id).await,
        club.row(&newer.me.member_id).await,
    );
    assert_eq!(back.state(), MemberState::Active);
    assert_eq!(kept.birth_day, None, "what it got is gone");
    let again = club.join("tablet", OTHER_PHONE, "").await;
    assert_eq!(again.me.member_id, newer.me.member_id);
    let listed = members
        .list_merges(ListMergesRequest {
            member_id: older.me.member_id.clone(),
        })
        .await
        .unwrap();
    assert_eq!(listed.into_inner().merges.len(), 1);

    let mut merge = request(&club, &older, &newer).await;
    merge.idempotency_key = "again".to_owned();
    let merged = members.merge_members(merge).await.unwrap().into_inner();
    club.advance(TimeDelta::days(30));
    let mut members = club.members();
    let undo = UndoMergeRequest {
        merge_id: merged.merge.unwrap().merge_id,
        reason: "不是同一人".to_owned(),
    };
    assert_eq!(reason(members.undo_merge(undo).await), "UNDO_PERIOD_CLOSED");
}

#[tokio::test]
async fn nobody_is_merged_with_themselves_or_from_an_old_screen() {
    let club = Club::open().await;
    let (older, newer) = two(&club).await;
    let mut members = club.members();
    let right = request(&club, &older, &newer).await;
    let same = MergeMembersRequest {
        other_member_id: right.member_id.clone(),
        ..right.clone()
    };
    assert_eq!(
        reason(members.merge_members(same).await),
        "VALIDATION_FAILED"
    );
    let stale = MergeMembersRequest {
        other_version: right.other_version - 1,
        ..right
    };
    assert_eq!(
        reason(members.merge_members(stale).await),
        "VERSION_CONFLICT"
    );
}
