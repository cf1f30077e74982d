//! Automatic tags: who has them follows from a rule.

use chassis::{
    clock::Clock as _,
    id::{MemberId, OrderId, RefundId},
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::membership::v1::{
    ArchiveTagRequest, ChangeMemberTagsRequest, CreateTagBatchRequest, CreateTagRequest,
    ListMemberTagsRequest, ListTagBatchesRequest, ListTagsRequest, PreviewTagRuleRequest,
    ReturnBenefitsRequest, Tag, TagBatch, TagRule, TagSource, UndoTagBatchRequest,
    UpdateTagRequest, benefit_service_client::BenefitServiceClient,
    tag_service_client::TagServiceClient,
};
use testkit::{eventually, identities};
use tonic::Status;

use crate::points_shop::{Shop, reason};

async fn create(shop: &Shop, name: &str, rule: TagRule) -> Result<Tag, Status> {
    let request = CreateTagRequest {
        idempotency_key: name.bytes().map(|byte| format!("{byte:02x}")).collect(),
        name: name.to_owned(),
        colour: "#2f6b4f".to_owned(),
        rule: Some(rule),
        ..Default::default()
    };
    let created = shop.tags().create_tag(request).await?;
    Ok(created.into_inner().tag.unwrap())
}

fn update(tag: &Tag) -> UpdateTagRequest {
    UpdateTagRequest {
        tag_id: tag.tag_id.clone(),
        version: tag.version,
        name: tag.name.clone(),
        colour: tag.colour.clone(),
        rule: tag.rule.clone(),
        rule_paused: tag.rule_paused,
        ..Default::default()
    }
}

async fn tag(shop: &Shop, id: &str) -> Tag {
    let request = ListTagsRequest {
        with_archived: true,
    };
    let listed = shop.tags().list_tags(request).await.unwrap();
    let mut tags = listed.into_inner().tags.into_iter();
    tags.find(|tag| tag.tag_id == id).unwrap()
}

async fn batches(shop: &Shop, tag: &Tag) -> Vec<TagBatch> {
    let request = ListTagBatchesRequest {
        tag_id: tag.tag_id.clone(),
        ..Default::default()
    };
    let listed = shop.tags().list_tag_batches(request).await.unwrap();
    listed.into_inner().batches
}

async fn has(shop: &Shop, member: MemberId, tag: &Tag) -> bool {
    let request = ListMemberTagsRequest {
        member_id: member.to_string(),
    };
    let found = shop.tags().list_member_tags(request).await.unwrap();
    let tags = found.into_inner().tags;
    tags.iter().any(|owned| owned.tag_id == tag.tag_id)
}

/// Waits until no round of a rule is due.
async fn settled(shop: &Shop) {
    eventually(async || {
        let mut superuser = shop.service.db().superuser().await;
        let due: i64 = sqlx::query_scalar("SELECT count(*) FROM tag_rules WHERE round_at <= $1")
            .bind(shop.service.clock().now())
            .fetch_one(&mut superuser)
            .await
            .unwrap();
        due == 0
    })
    .await;
}

async fn advance_to(shop: &Shop, at: &str) {
    let at: DateTime<Utc> = at.parse().unwrap();
    let clock = shop.service.clock();
    clock.advance(at - clock.now());
    settled(shop).await;
}

async fn refund(shop: &Shop, order: OrderId, goods_left: i64) {
    let request = ReturnBenefitsRequest {
        order_id: order.to_string(),
        refund_id: RefundId::new(shop.service.clock()).to_string(),
        whole: goods_left == 0,
        goods_left,
        ..Default::default()
    };
    let ordering = identities::service("ordering", shop.org);
    let mut benefits = BenefitServiceClient::new(shop.service.channel_as(&ordering));
    benefits.return_benefits(request).await.unwrap();
}

#[tokio::test]
async fn an_order_gives_the_tag_and_its_refund_takes_it() {
    let shop = Shop::open().await;
    let rule = TagRule {
        min_spent: Some(500),
        ..Default::default()
    };
    let tag = create(&shop, "大戶", rule).await.unwrap();
    settled(&shop).await;
    assert!(!has(&shop, shop.member, &tag).await);
    shop.complete(400, "").await;
    let second = shop.complete(200, "").await;
    eventually(async || has(&shop, shop.member, &tag).await).await;
    refund(&shop, second, 150).await;
    assert!(has(&shop, shop.member, &tag).await);
    refund(&shop, second, 50).await;
    assert!(!has(&shop, shop.member, &tag).await);
    let request = ListMemberTagsRequest {
        member_id: shop.member.to_string(),
    };
    let changes = shop.tags().list_member_tags(request).await.unwrap();
    let changes = changes.into_inner().changes;
    let shown: Vec<_> = changes
        .iter()
        .map(|change| (change.added, change.source(), change.operator.is_none()))
        .collect();
    assert_eq!(
        shown,
        [
            (false, TagSource::Rule, true),
            (true, TagSource::Rule, true)
        ]
    );
}

#[tokio::test]
async fn each_night_is_a_batch_that_can_be_undone() {
    let shop = Shop::open().await;
    let rule = TagRule {
        not_ordered_for_days: Some(30),
        ..Default::default()
    };
    let sleeping = create(&shop, "沉睡", rule).await.unwrap();
    shop.complete(100, "").await;
    let counted = "SELECT count(*) FROM completed_orders";
    eventually(async || {
        let mut superuser = shop.service.db().superuser().await;
        let orders: i64 = sqlx::query_scalar(counted)
            .fetch_one(&mut superuser)
            .await
            .unwrap();
        orders == 1
    })
    .await;
    // The order was on 2 September; thirty whole days later is 3 October, from 04:45 in Taipei on.
    for at in ["2026-10-01T20:45:00Z", "2026-10-02T20:44:00Z"] {
        advance_to(&shop, at).await;
        assert!(!has(&shop, shop.member, &sleeping).await, "{at}");
    }
    advance_to(&shop, "2026-10-02T20:45:00Z").await;
    assert!(has(&shop, shop.member, &sleeping).await);
    let night = batches(&shop, &sleeping).await.remove(0);
    assert_eq!(
        (
            night.source(),
            night.changed,
            night.added,
            night.operator.as_str()
        ),
        (TagSource::Rule, 1, true, "")
    );
    assert!(tag(&shop, &sleeping.tag_id).await.rule_applied_at.is_some());

    let undo = UndoTagBatchRequest {
        batch_id: night.batch_id,
    };
    let undone = shop.tags().undo_tag_batch(undo).await.unwrap().into_inner();
    assert_eq!((undone.changed, undone.left_alone), (1, 0));
    let paused = tag(&shop, &sleeping.tag_id).await;
    assert!(paused.rule_paused);
    advance_to(&shop, "2026-10-04T20:45:00Z").await;
    assert!(!has(&shop, shop.member, &sleeping).await);
    // Let act again, it is applied at once.
    let again = UpdateTagRequest {
        rule_paused: false,
        ..update(&paused)
    };
    shop.tags().update_tag(again).await.unwrap();
    settled(&shop).await;
    assert!(has(&shop, shop.member, &sleeping).await);
}

#[tokio::test]
async fn a_round_over_many_members_ends_and_changes_each_once() {
    let shop = Shop::open().await;
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query(
        "INSERT INTO members (org_id, member_id, version, state, name, name_key, joined_at)
         SELECT $1, gen_random_uuid(), 1, CASE WHEN number > 4100 THEN 'erased' ELSE 'active' END,
             '', '', $2
         FROM generate_series(1, 4110) AS number",
    )
    .bind(shop.org.as_uuid())
    .bind(shop.service.clock().now())
    .execute(&mut superuser)
    .await
    .unwrap();
    let rule = TagRule {
        max_orders: Some(0),
        joined_within_days: Some(7),
        ..Default::default()
    };
    let preview = PreviewTagRuleRequest {
        tag_id: String::new(),
        rule: Some(rule.clone()),
    };
    let counts = shop.tags().preview_tag_rule(preview.clone()).await;
    let counts = counts.unwrap().into_inner();
    assert_eq!(
        (counts.matched, counts.given, counts.taken),
        (4_101, 4_101, 0)
    );
    let tag_of_new = create(&shop, "新會員", rule).await.unwrap();
    settled(&shop).await;
    assert_eq!(tag(&shop, &tag_of_new.tag_id).await.members, 4_101);
    let rounds = batches(&shop, &tag_of_new).await;
    assert_eq!((rounds.len(), rounds[0].changed), (1, 4_101));
    let preview = PreviewTagRuleRequest {
        tag_id: tag_of_new.tag_id.clone(),
        ..preview
    };
    let counts = shop
        .tags()
        .preview_tag_rule(preview)
        .await
        .unwrap()
        .into_inner();
    assert_eq!((counts.matched, counts.given, counts.taken), (4_101, 0, 0));
    // After a week nobody is new.
    advance_to(&shop, "2026-09-10T20:45:00Z").await;
    assert_eq!(tag(&shop, &tag_of_new.tag_id).await.members, 0);
}

#[tokio::test]
async fn nobody_gives_or_takes_an_automatic_tag_by_hand() {
    let shop = Shop::open().await;
    let rule = TagRule {
        min_orders: Some(1),
        ..Default::default()
    };
    let automatic = create(&shop, "常客", rule).await.unwrap();
    let by_hand = |add: bool| ChangeMemberTagsRequest {
        member_id: shop.member.to_string(),
        add_tag_ids: if add {
            vec![automatic.tag_id.clone()]
        } else {
            Vec::new()
        },
        remove_tag_ids: if add {
            Vec::new()
        } else {
            vec![automatic.tag_id.clone()]
        },
    };
    for add in [true, false] {
        let refused = shop.tags().change_member_tags(by_hand(add)).await;
        assert_eq!(reason(refused), "TAG_AUTOMATIC");
    }
    let batch = CreateTagBatchRequest {
        idempotency_key: "batch".to_owned(),
        tag_id: automatic.tag_id.clone(),
        add: true,
        phones: vec!["0911000001".to_owned()],
        ..Default::default()
    };
    let refused = shop.tags().create_tag_batch(batch).await;
    assert_eq!(reason(refused), "TAG_AUTOMATIC");

    // A rule without a condition, and one of tiers that are not there.
    let wrong = create(&shop, "全部", TagRule::default()).await;
    assert_eq!(reason(wrong), "VALIDATION_FAILED");
    let unknown = TagRule {
        tier_ids: vec![automatic.tag_id.clone()],
        ..Default::default()
    };
    assert_eq!(reason(create(&shop, "金卡", unknown).await), "NOT_FOUND");

    // Without its rule it is a tag like others, and keeps its members; archived, its rule acts no more.
    shop.complete(100, "").await;
    eventually(async || has(&shop, shop.member, &automatic).await).await;
    let manual = UpdateTagRequest {
        rule: None,
        ..update(&automatic)
    };
    let manual = shop.tags().update_tag(manual).await.unwrap();
    let manual = manual.into_inner().tag.unwrap();
    assert_eq!((manual.rule.is_none(), manual.members), (true, 1));
    shop.tags()
        .change_member_tags(by_hand(false))
        .await
        .unwrap();
    let again = UpdateTagRequest {
        rule: automatic.rule.clone(),
        ..update(&manual)
    };
    let again = shop
        .tags()
        .update_tag(again)
        .await
        .unwrap()
        .into_inner()
        .tag
        .unwrap();
    settled(&shop).await;
    assert!(has(&shop, shop.member, &again).await);
    let archive = ArchiveTagRequest {
        tag_id: again.tag_id.clone(),
        version: again.version,
        archived: true,
    };
    let archived = shop.tags().archive_tag(archive).await.unwrap().into_inner();
    assert!(archived.tag.unwrap().rule_paused);

    // Another organisation neither sees the rule nor counts these members.
    let stranger = identities::owner(testkit::organisation());
    let mut tags = TagServiceClient::new(shop.service.channel_as(&stranger));
    let listed = tags
        .list_tags(ListTagsRequest {
            with_archived: true,
        })
        .await;
    assert_eq!(listed.unwrap().into_inner().tags, []);
    let preview = PreviewTagRuleRequest {
        tag_id: String::new(),
        rule: automatic.rule.clone(),
    };
    let counted = tags.preview_tag_rule(preview).await.unwrap().into_inner();
    assert_eq!(counted.matched, 0);
    shop.service.clock().advance(TimeDelta::seconds(1));
    assert_eq!(reason(tags.update_tag(update(&again)).await), "NOT_FOUND");
}
