//! Tags through the RPCs.

use chassis::{clock::Clock as _, id::MemberId};
use chrono::TimeDelta;
use proto::membership::v1::{
    ArchiveTagRequest, ChangeMemberTagsRequest, CreateTagBatchRequest, CreateTagRequest,
    ListMemberTagsRequest, ListTagsRequest, MergeTagsRequest, Tag, TagFilter, TagSource,
    UndoTagBatchRequest, UpdateTagRequest,
};

use crate::points_shop::{Shop, reason};

fn create_request(name: &str) -> CreateTagRequest {
    CreateTagRequest {
        idempotency_key: name.bytes().map(|byte| format!("{byte:02x}")).collect(),
        name: name.to_owned(),
        colour: "#2f6b4f".to_owned(),
        ..Default::default()
    }
}

async fn create(shop: &Shop, name: &str) -> Tag {
    let created = shop.tags().create_tag(create_request(name)).await.unwrap();
    created.into_inner().tag.unwrap()
}

async fn names(shop: &Shop, member: MemberId) -> Vec<String> {
    let request = ListMemberTagsRequest {
        member_id: member.to_string(),
    };
    let found = shop
        .tags()
        .list_member_tags(request)
        .await
        .unwrap()
        .into_inner();
    found.tags.into_iter().map(|tag| tag.name).collect()
}

async fn give(shop: &Shop, member: MemberId, tags: &[&Tag]) -> Result<(), tonic::Status> {
    let request = ChangeMemberTagsRequest {
        member_id: member.to_string(),
        add_tag_ids: tags.iter().map(|tag| tag.tag_id.clone()).collect(),
        remove_tag_ids: Vec::new(),
    };
    shop.tags().change_member_tags(request).await.map(drop)
}

#[tokio::test]
async fn a_close_name_asks_first_and_the_same_is_refused() {
    let shop = Shop::open().await;
    create(&shop, "VIP常客").await;
    assert_eq!(
        reason(shop.tags().create_tag(create_request("ｖｉｐ 常客")).await),
        "CODE_TAKEN"
    );
    let mut close = create_request("VIP-常客");
    assert_eq!(
        reason(shop.tags().create_tag(close.clone()).await),
        "TAG_SIMILAR"
    );
    close.allow_similar = true;
    close.idempotency_key = "allowed".to_owned();
    let tag = shop
        .tags()
        .create_tag(close)
        .await
        .unwrap()
        .into_inner()
        .tag
        .unwrap();
    let rename = UpdateTagRequest {
        tag_id: tag.tag_id.clone(),
        version: 1,
        name: "奶茶控".to_owned(),
        colour: "#2f6b4f".to_owned(),
        ..Default::default()
    };
    let renamed = shop
        .tags()
        .update_tag(rename.clone())
        .await
        .unwrap()
        .into_inner()
        .tag
        .unwrap();
    assert_eq!(renamed.former_names, ["VIP-常客"]);
    assert_eq!(
        reason(shop.tags().update_tag(rename).await),
        "VERSION_CONFLICT"
    );
    let archive = ArchiveTagRequest {
        tag_id: tag.tag_id,
        version: 2,
        archived: true,
    };
    shop.tags().archive_tag(archive).await.unwrap();
    create(&shop, "奶茶控").await;
    let listed = shop
        .tags()
        .list_tags(ListTagsRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.tags.len(), 2);
}

#[tokio::test]
async fn a_batch_is_counted_carried_out_and_undone() {
    let shop = Shop::open().await;
    let (tag, kept) = (create(&shop, "午茶").await, create(&shop, "外送").await);
    let other = MemberId::new(shop.service.clock());
    shop.add_member(other, "+886911000002").await;
    give(&shop, other, &[&tag]).await.unwrap();
    let mut request = CreateTagBatchRequest {
        idempotency_key: "batch".to_owned(),
        tag_id: tag.tag_id.clone(),
        add: true,
        phones: ["0911000001", "0911-000-002", "0911000003", "12"]
            .map(str::to_owned)
            .to_vec(),
        filter: None,
        dry_run: true,
    };
    let counted = shop
        .tags()
        .create_tag_batch(request.clone())
        .await
        .unwrap()
        .into_inner();
    let counts = (
        counted.matched,
        counted.changed,
        counted.unknown_phones,
        counted.invalid_phones,
    );
    assert_eq!((counts, counted.batch), ((2, 1, 1, 1), None));
    assert_eq!(names(&shop, shop.member).await, [] as [&str; 0]);
    request.dry_run = false;
    let done = shop
        .tags()
        .create_tag_batch(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(done.changed, 1);
    assert_eq!(names(&shop, shop.member).await, ["午茶"]);
    give(&shop, shop.member, &[&kept]).await.unwrap();

    let undo = UndoTagBatchRequest {
        batch_id: done.batch.unwrap().batch_id,
    };
    let undone = shop
        .tags()
        .undo_tag_batch(undo.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!((undone.changed, undone.left_alone), (1, 0));
    assert_eq!(names(&shop, shop.member).await, ["外送"]);
    assert_eq!(names(&shop, other).await, ["午茶"]);
    let again = shop.tags().undo_tag_batch(undo).await.unwrap().into_inner();
    assert_eq!(again.changed, 0);

    let by_filter = CreateTagBatchRequest {
        idempotency_key: "filter".to_owned(),
        tag_id: tag.tag_id.clone(),
        add: true,
        filter: Some(TagFilter {
            without_tag_ids: vec![tag.tag_id.clone()],
            ..Default::default()
        }),
        ..Default::default()
    };
    let done = shop
        .tags()
        .create_tag_batch(by_filter)
        .await
        .unwrap()
        .into_inner();
    assert_eq!((done.matched, done.changed), (1, 1));
    shop.service.clock().advance(TimeDelta::days(7));
    let late = UndoTagBatchRequest {
        batch_id: done.batch.unwrap().batch_id,
    };
    assert_eq!(
        reason(shop.tags().undo_tag_batch(late).await),
        "UNDO_CLOSED"
    );
    assert!(shop.service.clock().now() > testkit::noon());
}

#[tokio::test]
async fn merged_tags_are_one_and_a_member_has_at_most_fifty() {
    let shop = Shop::open().await;
    let mut tags = Vec::new();
    for index in 0..51_u32 {
        let mut request = create_request(&format!("標籤{index:02}"));
        request.allow_similar = true;
        let created = shop.tags().create_tag(request).await.unwrap().into_inner();
        tags.push(created.tag.unwrap());
    }
    give(&shop, shop.member, &tags[..50].iter().collect::<Vec<_>>())
        .await
        .unwrap();
    let refused = give(&shop, shop.member, &[&tags[50]]).await;
    assert_eq!(reason(refused), "MEMBER_TAG_LIMIT");
    let merge = MergeTagsRequest {
        tag_id: tags[0].tag_id.clone(),
        version: 1,
        into_tag_id: tags[50].tag_id.clone(),
    };
    let stays = shop
        .tags()
        .merge_tags(merge)
        .await
        .unwrap()
        .into_inner()
        .tag
        .unwrap();
    assert_eq!((stays.name.as_str(), stays.members), ("標籤50", 1));
    let found = names(&shop, shop.member).await;
    assert!(found.contains(&"標籤50".to_owned()) && !found.contains(&"標籤00".to_owned()));
    let request = ListMemberTagsRequest {
        member_id: shop.member.to_string(),
    };
    let changes = shop
        .tags()
        .list_member_tags(request)
        .await
        .unwrap()
        .into_inner()
        .changes;
    assert_eq!(changes[0].source(), TagSource::Merge);
}
