//! The list of members by tiers and tags, and what a filled-in profile gives.

use chassis::id::MemberId;
use proto::membership::v1::{
    ChangeMemberTagsRequest, CreateTagRequest, FindMembersRequest, Gender, GetMyPointsRequest,
    MemberFilter, MemberSort, PointsExpiry, PointsRules, ProgrammeScope,
    SavePointsProgrammeRequest, SaveTierProgrammeRequest, SetMemberTierRequest, Tier, TierBenefits,
    TierChangeMode, TierCondition, TierDowngrade, TierRules, TierWindow, UpdateMeRequest,
    member_service_client::MemberServiceClient, points_service_client::PointsServiceClient,
};
use testkit::identities;

use crate::{
    common::{Club, PHONE, Person},
    points_shop::Shop,
};

fn tier(name: &str, spend: i64) -> Tier {
    Tier {
        name: name.to_owned(),
        colour: "#c0a020".to_owned(),
        upgrade: (spend > 0).then(|| TierCondition {
            spend,
            ..Default::default()
        }),
        downgrade: TierDowngrade::OneTier.into(),
        benefits: Some(TierBenefits {
            points_factor_bp: 10_000,
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Members that a filter finds, in every order of the list, and how many it counts.
async fn found(shop: &Shop, filter: MemberFilter) -> Vec<String> {
    let mut members = MemberServiceClient::new(shop.service.channel_as(&shop.owner()));
    let mut answers = Vec::new();
    for sort in [MemberSort::Joined, MemberSort::Spent] {
        let request = FindMembersRequest {
            filter: Some(filter.clone()),
            sort: Some(sort.into()),
            ..Default::default()
        };
        let answer = members.find_members(request).await.unwrap().into_inner();
        let mut ids: Vec<String> = answer
            .members
            .iter()
            .map(|member| member.member_id.clone())
            .collect();
        ids.sort_unstable();
        assert_eq!(answer.total.map(i64::from), i64::try_from(ids.len()).ok());
        answers.push(ids);
    }
    assert_eq!(answers[0], answers[1]);
    answers.remove(0)
}

#[tokio::test]
async fn members_are_found_by_tiers_and_tags() {
    let shop = Shop::open().await;
    let mut all = vec![shop.member];
    for number in 2..=4 {
        let member = MemberId::new(shop.service.clock());
        shop.add_member(member, &format!("+88691100000{number}"))
            .await;
        all.push(member);
    }
    let request = SaveTierProgrammeRequest {
        idempotency_key: "tiers".to_owned(),
        scope: ProgrammeScope::Organisation.into(),
        rules: Some(TierRules {
            tiers: vec![tier("一般", 0), tier("金", 5_000)],
            window: TierWindow::RollingYear.into(),
        }),
        mode: TierChangeMode::AtExpiry.into(),
        ..Default::default()
    };
    let saved = shop.tiers().save_tier_programme(request).await.unwrap();
    let programme = saved.into_inner().programme.unwrap();
    let tiers = programme.versions[0].rules.clone().unwrap().tiers;
    let (base, gold) = (&tiers[0].tier_id, &tiers[1].tier_id);
    let set = SetMemberTierRequest {
        member_id: all[0].to_string(),
        programme_id: programme.programme_id.clone(),
        tier_id: gold.clone(),
        valid_until: None,
        reason: "補償".to_owned(),
    };
    shop.tiers().set_member_tier(set).await.unwrap();
    let mut tags = Vec::new();
    for (name, members) in [("午茶", [0, 1]), ("外送", [1, 2])] {
        let create = CreateTagRequest {
            idempotency_key: format!("tag-{}", tags.len()),
            name: name.to_owned(),
            colour: "#2f6b4f".to_owned(),
            ..Default::default()
        };
        let tag = shop.tags().create_tag(create).await.unwrap().into_inner();
        let tag = tag.tag.unwrap().tag_id;
        for member in members {
            let give = ChangeMemberTagsRequest {
                member_id: all[member].to_string(),
                add_tag_ids: vec![tag.clone()],
                remove_tag_ids: Vec::new(),
            };
            shop.tags().change_member_tags(give).await.unwrap();
        }
        tags.push(tag);
    }
    let tiered = |tiers: &[&String], with: &[&String]| MemberFilter {
        tier_ids: tiers.iter().map(|tier| (*tier).clone()).collect(),
        tag_ids: with.iter().map(|tag| (*tag).clone()).collect(),
        ..Default::default()
    };
    let (tea, delivery) = (&tags[0], &tags[1]);
    for (filter, expected) in [
        (tiered(&[gold], &[]), vec![0]),
        (tiered(&[base], &[]), vec![1, 2, 3]),
        (tiered(&[base, gold], &[]), vec![0, 1, 2, 3]),
        (tiered(&[], &[tea]), vec![0, 1]),
        (tiered(&[], &[tea, delivery]), vec![0, 1, 2]),
        (tiered(&[base], &[tea]), vec![1]),
        (tiered(&[gold], &[delivery]), vec![]),
    ] {
        let mut ids: Vec<String> = expected.iter().map(|&at| all[at].to_string()).collect();
        ids.sort_unstable();
        assert_eq!(found(&shop, filter.clone()).await, ids, "{filter:?}");
    }
    // Tiers and tags of one organisation say nothing in another.
    let stranger = identities::owner(testkit::organisation());
    let mut members = MemberServiceClient::new(shop.service.channel_as(&stranger));
    let request = FindMembersRequest {
        filter: Some(tiered(&[], &[tea])),
        ..Default::default()
    };
    let answer = members.find_members(request).await.unwrap().into_inner();
    assert_eq!((answer.members.len(), answer.total), (0, Some(0)));
}

async fn balance(club: &Club, person: &Person) -> i32 {
    let channel = club.service.channel_as(&person.identity);
    let request = GetMyPointsRequest {
        brand_id: club.brand.to_string(),
    };
    let found = PointsServiceClient::new(channel)
        .get_my_points(request)
        .await;
    found
        .unwrap()
        .into_inner()
        .account
        .map_or(0, |account| account.balance)
}

#[tokio::test]
async fn a_profile_that_is_filled_in_gives_its_bonus_once() {
    let club = Club::open().await;
    let channel = club.service.channel_as(&club.owner());
    let request = SavePointsProgrammeRequest {
        idempotency_key: "points".to_owned(),
        scope: ProgrammeScope::Organisation.into(),
        rules: Some(PointsRules {
            unit_name: "點".to_owned(),
            expiry: PointsExpiry::Never.into(),
            profile_bonus: 50,
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut points = PointsServiceClient::new(channel);
    points.save_points_programme(request).await.unwrap();
    let person = club.join("phone", PHONE, "王小明").await;
    let mut accounts = club.accounts_as(&person.identity);
    let mut version = person.me.version;
    let mut update = async |change: UpdateMeRequest| {
        let request = UpdateMeRequest {
            brand_id: club.brand.to_string(),
            version,
            ..change
        };
        let updated = accounts.update_me(request).await.unwrap().into_inner();
        version = updated.me.unwrap().version;
    };
    update(UpdateMeRequest {
        email: Some("amy@example.com".to_owned()),
        gender: Some(Gender::Female.into()),
        ..Default::default()
    })
    .await;
    assert_eq!(balance(&club, &person).await, 0);
    update(UpdateMeRequest {
        birthday: Some("1990-09-20".to_owned()),
        ..Default::default()
    })
    .await;
    assert_eq!(balance(&club, &person).await, 50);
    for name in ["陳美玲", "王小明"] {
        update(UpdateMeRequest {
            name: Some(name.to_owned()),
            ..Default::default()
        })
        .await;
    }
    assert_eq!(balance(&club, &person).await, 50);
}
