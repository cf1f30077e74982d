//! Capacity that starts empty reads the branches and orders there are, and lists lost holds itself.

use std::sync::Arc;

use capacity::Capacity;
use chassis::id::{BranchId, BrandId, OrderId, OrganisationId};
use parking_lot::Mutex;
use prost::Message as _;
use proto::{
    catalog::v1::{Branch, BranchChanged, BranchState},
    common::v1::{
        ListSnapshotRequest, ListSnapshotResponse, SnapshotItem,
        snapshot_service_server::{SnapshotService, SnapshotServiceServer},
    },
};
use testkit::{TestService, eventually};
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

use crate::common::Shop;

/// An owner that lists these items, two pages of them.
#[derive(Clone, Default)]
struct Owner(Arc<Mutex<Vec<SnapshotItem>>>);

#[tonic::async_trait]
impl SnapshotService for Owner {
    async fn list_snapshot(
        &self,
        request: Request<ListSnapshotRequest>,
    ) -> Result<Response<ListSnapshotResponse>, Status> {
        let request = request.into_inner();
        assert_eq!(request.subject, "catalog.branch");
        let items = self.0.lock().clone();
        let (first, second) = items.split_at(items.len() / 2);
        let (page, next) = match request.page_token.as_str() {
            "" => (first, "second"),
            _ => (second, ""),
        };
        Ok(Response::new(ListSnapshotResponse {
            items: page.to_vec(),
            next_page_token: next.to_owned(),
            as_of: None,
        }))
    }
}

impl Owner {
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = SnapshotServiceServer::new(self.clone());
        tokio::spawn(
            Server::builder()
                .add_service(service)
                .serve_with_incoming(TcpIncoming::from(listener)),
        );
        url
    }
}

fn branch(org: OrganisationId, version: i64) -> SnapshotItem {
    let clock = chassis::clock::SystemClock;
    let branch_id = BranchId::new(&clock).to_string();
    let body = BranchChanged {
        branch: Some(Branch {
            branch_id: branch_id.clone(),
            brand_id: BrandId::new(&clock).to_string(),
            time_zone: "Asia/Taipei".to_owned(),
            state: BranchState::Live.into(),
            version,
            ..Default::default()
        }),
    };
    SnapshotItem {
        organisation_id: org.to_string(),
        r#type: "catalog.branch.changed.v1".to_owned(),
        aggregate_id: branch_id,
        version,
        body: body.encode_to_vec().into(),
    }
}

#[tokio::test]
async fn it_knows_every_branch_of_every_organisation_that_was_before_it() {
    let owner = Owner::default();
    let (ours, theirs) = (testkit::organisation(), testkit::organisation());
    let items = vec![branch(ours, 3), branch(ours, 1), branch(theirs, 7)];
    *owner.0.lock() = items.clone();
    let url = owner.start().await;
    let service = TestService::<Capacity>::start(&[("PEERS_CATALOG_URL", &url)]).await;
    for (org, expected) in [(ours, &items[..2]), (theirs, &items[2..])] {
        let mut expected: Vec<(String, i64)> = expected
            .iter()
            .map(|item| (item.aggregate_id.clone(), item.version))
            .collect();
        expected.sort();
        eventually(async || {
            let mut tx = service.db().db().tenant(org).await.unwrap();
            let known: Vec<(String, i64)> =
                sqlx::query_as("SELECT branch_id::text, version FROM branches ORDER BY branch_id")
                    .fetch_all(&mut *tx)
                    .await
                    .unwrap();
            known == expected
        })
        .await;
    }
    service.stop().await;
}

#[tokio::test]
async fn holds_given_back_for_orders_that_were_made_are_listed() {
    let shop = Shop::open().await;
    let sku = shop.running(10).await;
    let (kept, given_back, never_made) = (
        shop.held(&[(sku, 1)]).await,
        shop.held(&[(sku, 1)]).await,
        shop.held(&[(sku, 1)]).await,
    );
    shop.publish_placed(kept, 1).await;
    shop.publish_cancelled(given_back, 2, true).await;
    shop.release(never_made).await;
    eventually(async || shop.stored(kept).await == ("committed".to_owned(), 1)).await;
    eventually(async || shop.stored(given_back).await == ("released".to_owned(), 2)).await;

    let request = ListSnapshotRequest {
        subject: "capacity.released_hold".to_owned(),
        ..Default::default()
    };
    let page = shop
        .ordering_of(0)
        .snapshots
        .list_snapshot(request)
        .await
        .unwrap()
        .into_inner();
    let listed: Vec<OrderId> = page
        .items
        .iter()
        .map(|item| item.aggregate_id.parse().unwrap())
        .collect();
    assert_eq!(listed, [given_back]);
    assert_eq!(page.items[0].r#type, "capacity.hold.gone.v1");
}
