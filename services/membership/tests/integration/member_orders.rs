//! What orders say about members.

use chassis::{
    clock::Clock as _,
    id::{OrderId, RefundId},
    outbox::Event,
    time,
};
use chrono::TimeDelta;
use proto::{
    membership::v1::{
        GetMemberRequest, ListMyOrdersRequest, MemberProfile, ReturnBenefitsRequest,
        benefit_service_client::BenefitServiceClient,
    },
    ordering::v1::{
        OrderChange, OrderChanged, OrderSnapshot, OrderState, SnapshotLine, SnapshotOption,
    },
};
use testkit::{eventually, identities};

use crate::common::{Club, PHONE, Person};

/// An order of a member, step by step.
struct Order<'a> {
    club: &'a Club,
    id: OrderId,
    member_id: String,
    total: i64,
}

impl<'a> Order<'a> {
    fn of(club: &'a Club, person: &Person, total: i64) -> Self {
        Self {
            club,
            id: OrderId::new(club.service.clock()),
            member_id: person.me.member_id.clone(),
            total,
        }
    }

    fn event(&self, version: i64, from: OrderState, to: OrderState) -> Event {
        let now = self.club.service.clock().now();
        let change = OrderChange {
            order_id: self.id.to_string(),
            brand_id: self.club.brand.to_string(),
            branch_id: self.club.branch.to_string(),
            version,
            from: from.into(),
            to: to.into(),
            at: Some(time::to_wire(now)),
            member_id: self.member_id.clone(),
            business_day: "2026-09-02".to_owned(),
            total: self.total,
            ..Default::default()
        };
        let line = SnapshotLine {
            product_name: "珍珠奶茶".to_owned(),
            quantity: 2,
            options: vec![SnapshotOption {
                group_name: "甜度".to_owned(),
                name: "半糖".to_owned(),
                quantity: 1,
                ..Default::default()
            }],
            ..Default::default()
        };
        let whole = matches!(to, OrderState::Placed | OrderState::Completed);
        let order = whole.then(|| OrderSnapshot {
            order_id: self.id.to_string(),
            brand_id: self.club.brand.to_string(),
            branch_id: self.club.branch.to_string(),
            member_id: self.member_id.clone(),
            order_number: "7K2MX".to_owned(),
            placed_at: Some(time::to_wire(now)),
            lines: vec![line],
            goods_total: self.total - 30,
            completed_at: Some(time::to_wire(now)),
            ..Default::default()
        });
        let body = OrderChanged {
            change: Some(change),
            order,
        };
        let type_ = match to {
            OrderState::Completed => "ordering.order.completed.v1",
            OrderState::Placed => "ordering.order.placed.v1",
            _ => "ordering.order.preparing.v1",
        };
        Event::new(type_, self.id.as_uuid(), version, &body)
    }
}

async fn profile(club: &Club, person: &Person) -> MemberProfile {
    let request = GetMemberRequest {
        member_id: person.me.member_id.clone(),
    };
    let found = club.members().get_member(request).await.unwrap();
    found.into_inner().profile.unwrap()
}

#[tokio::test]
async fn completed_orders_count_once_in_whatever_order_they_are_reported() {
    use OrderState::{Completed, Placed, Preparing, Unspecified};
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let order = Order::of(&club, &person, 110);
    let events = [
        order.event(3, Preparing, Completed),
        order.event(1, Unspecified, Placed),
        order.event(3, Preparing, Completed),
        order.event(2, Placed, Preparing),
    ];
    club.service.deliver(club.org, &events).await;
    eventually(async || club.row(&person.me.member_id).await.orders == 1).await;
    let found = profile(&club, &person).await;
    let row = found.member.as_ref().unwrap();
    // What counts are the goods.
    assert_eq!((row.orders, row.spent), (1, 80));
    assert_eq!(found.orders[0].state, "completed");
    assert_eq!(found.orders[0].products, ["珍珠奶茶 × 2"]);
    let habits = found.habits.unwrap();
    assert_eq!(habits.options[0].choice, "半糖");

    // The completion is taken back.
    let undone = order.event(4, Completed, Preparing);
    club.service.deliver(club.org, &[undone]).await;
    eventually(async || club.row(&person.me.member_id).await.orders == 0).await;
    assert_eq!(club.row(&person.me.member_id).await.spent, 0);
}

#[tokio::test]
async fn what_is_refunded_was_not_spent() {
    use OrderState::{Completed, Preparing};
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    let order = Order::of(&club, &person, 110);
    let completed = order.event(3, Preparing, Completed);
    club.service.deliver(club.org, &[completed]).await;
    eventually(async || club.row(&person.me.member_id).await.spent == 80).await;
    let ordering = identities::service("ordering", club.org);
    let mut benefits = BenefitServiceClient::new(club.service.channel_as(&ordering));
    for (whole, goods_left, spent) in [(false, 50, 50), (true, 0, 0)] {
        let refund = ReturnBenefitsRequest {
            order_id: order.id.to_string(),
            refund_id: RefundId::new(club.service.clock()).to_string(),
            whole,
            goods_left,
            ..Default::default()
        };
        benefits.return_benefits(refund).await.unwrap();
        let row = club.row(&person.me.member_id).await;
        assert_eq!((row.orders, row.spent), (1, spent));
    }
}

#[tokio::test]
async fn a_member_lists_the_orders_of_the_brand_newest_first() {
    let club = Club::open().await;
    let person = club.join("phone", PHONE, "王小明").await;
    for total in 1..=21 {
        let order = Order::of(&club, &person, total);
        let placed = order.event(1, OrderState::Unspecified, OrderState::Placed);
        club.service.deliver(club.org, &[placed]).await;
        club.advance(TimeDelta::minutes(1));
    }
    let all = "SELECT count(*) FROM member_orders";
    eventually(async || club.count(all).await == 21).await;
    let mut accounts = club.accounts_as(&person.identity);
    let mut request = ListMyOrdersRequest {
        brand_id: club.brand.to_string(),
        ..Default::default()
    };
    let page = accounts.list_my_orders(request.clone()).await.unwrap();
    let page = page.into_inner();
    let totals: Vec<i64> = page.orders.iter().map(|order| order.total).collect();
    assert_eq!(totals, (2..=21).rev().collect::<Vec<i64>>());
    request.page_token = page.next_page_token.unwrap();
    let page = accounts.list_my_orders(request).await.unwrap().into_inner();
    assert_eq!(page.orders.len(), 1);
    assert!(page.next_page_token.is_none());
}
