//! Points against PostgreSQL: what orders, holds, refunds and time do to accounts.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{BranchId, BrandId, MemberId, OrderId, OrganisationId, RefundId},
    time,
};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proto::{
    membership::v1::{PointsEarning, PointsExpiry, PointsRedeeming, PointsRules},
    ordering::v1::{OrderChange, OrderChanged, OrderSnapshot, OrderState},
};
use testkit::{TestDb, identities, noon};
use uuid::Uuid;

use super::{
    adjustments, expiry,
    holds::{self, PointsReturn},
    orders,
    programmes::{self, NewVersion},
};
use crate::{
    app::members_for_tests,
    domain::points::{account::Balances, entry::AccountKey, rules::Rules},
    store::points::accounts,
};

struct Shop {
    db: TestDb,
    org: OrganisationId,
    brand: BrandId,
    branch: BranchId,
    member: MemberId,
    programme: Uuid,
    now: DateTime<Utc>,
}

/// One point for ten dollars, worth a dollar each.
fn rules() -> PointsRules {
    PointsRules {
        unit_name: "點".to_owned(),
        earning: Some(PointsEarning {
            every: 10,
            points: 1,
            ..Default::default()
        }),
        redeeming: Some(PointsRedeeming {
            worth_of_100: 100,
            min_points: 1,
            step: 1,
            cap_bp: 10_000,
            ..Default::default()
        }),
        expiry: PointsExpiry::Months.into(),
        expiry_months: 1,
        ..Default::default()
    }
}

impl Shop {
    async fn open(rules: PointsRules) -> Self {
        let db = TestDb::new(&crate::MIGRATOR).await;
        Self::open_in(db, rules).await
    }

    async fn open_in(db: TestDb, rules: PointsRules) -> Self {
        let clock = testkit::clock();
        let mut shop = Self {
            db,
            org: testkit::organisation(),
            brand: BrandId::new(&clock),
            branch: BranchId::new(&clock),
            member: MemberId::new(&clock),
            programme: Uuid::nil(),
            now: noon(),
        };
        let mut tx = shop.tx().await;
        members_for_tests::insert(&mut tx, shop.member, "+886911000001", noon()).await;
        let owner = identities::owner(shop.org);
        let new = NewVersion {
            programme: None,
            read_at: 0,
            brand: None,
            effective_at: noon(),
            rules: Rules::stored(&rules).unwrap(),
            replaces: None,
            by: owner.account().unwrap(),
        };
        let (saved, _) = programmes::save(&mut tx, &owner, new, noon())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        shop.programme = saved.id;
        shop
    }

    async fn tx(&self) -> TenantTx {
        self.db.db().tenant(self.org).await.unwrap()
    }

    fn key(&self) -> AccountKey {
        AccountKey {
            member: self.member,
            programme: self.programme,
        }
    }

    fn event(&self, order: OrderId, version: i64, goods: i64, completed: bool) -> OrderChanged {
        let (from, to) = if completed {
            (OrderState::Ready, OrderState::Completed)
        } else {
            (OrderState::Completed, OrderState::Preparing)
        };
        let snapshot = OrderSnapshot {
            brand_id: self.brand.to_string(),
            branch_id: self.branch.to_string(),
            member_id: self.member.to_string(),
            order_number: "9105M".to_owned(),
            goods_total: goods,
            completed_at: Some(time::to_wire(self.now)),
            earning_base: goods,
            points_factor_bp: 15_000,
            programme_id: self.programme.to_string(),
            programme_version: 1,
            ..Default::default()
        };
        OrderChanged {
            change: Some(OrderChange {
                order_id: order.to_string(),
                brand_id: self.brand.to_string(),
                branch_id: self.branch.to_string(),
                member_id: self.member.to_string(),
                version,
                from: from.into(),
                to: to.into(),
                ..Default::default()
            }),
            order: completed.then_some(snapshot),
        }
    }

    async fn apply(&self, event: OrderChanged) {
        let mut tx = self.tx().await;
        orders::apply(&mut tx, &event, self.now).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn complete(&self, order: OrderId, version: i64, goods: i64) {
        self.apply(self.event(order, version, goods, true)).await;
    }

    async fn hold(&self, order: OrderId, points: u32) -> Result<(), Problem> {
        let mut tx = self.tx().await;
        holds::hold(
            &mut tx,
            self.member,
            order,
            self.programme,
            points,
            self.now,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn confirm(&self, order: OrderId) {
        let mut tx = self.tx().await;
        holds::confirm(&mut tx, order, self.now).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn release(&self, order: OrderId) {
        let mut tx = self.tx().await;
        holds::release(&mut tx, order, self.now).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn refund(
        &self,
        order: OrderId,
        points: u32,
        goods_left: i64,
        whole: bool,
    ) -> (u32, u32) {
        let what = PointsReturn {
            refund: RefundId::new(&testkit::clock()),
            whole,
            points,
            goods_left,
        };
        self.refund_as(order, what).await
    }

    async fn refund_as(&self, order: OrderId, what: PointsReturn) -> (u32, u32) {
        let mut tx = self.tx().await;
        let done = holds::return_for_refund(&mut tx, order, what, self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        done
    }

    async fn expire(&self) {
        let mut tx = self.tx().await;
        expiry::expire(&mut tx, self.key(), self.now).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn adjust(&self, points: i32) -> Result<(), Problem> {
        let owner = identities::owner(self.org);
        let mut tx = self.tx().await;
        let (key, reason) = (self.key(), "測試".to_owned());
        adjustments::request(&mut tx, &owner, key, points, reason, self.now).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn balances(&self) -> Balances {
        let mut tx = self.tx().await;
        accounts::find(&mut tx, self.key())
            .await
            .unwrap()
            .unwrap_or_default()
    }

    /// Balance, what is owed, and what can be used.
    async fn points(&self) -> (i32, i32, i32) {
        let found = self.balances().await;
        (found.balance, found.debt, found.available())
    }

    /// The account is the sum of its entries and of its lots, and nothing of it is below 0.
    async fn check(&self) {
        let mut superuser = self.db.superuser().await;
        let wrong: i64 = sqlx::query_scalar(
            "SELECT count(*)
             FROM point_accounts AS account
             WHERE org_id = $1 AND (
                 (balance, pending, debt) <> (
                     SELECT coalesce(sum(points), 0), coalesce(sum(pending), 0), coalesce(sum(debt), 0)
                     FROM point_entries AS entry
                     WHERE (entry.org_id, entry.member_id, entry.programme_id)
                         = (account.org_id, account.member_id, account.programme_id)
                 )
                 OR (balance, held) <> (
                     SELECT coalesce(sum(remaining), 0), coalesce(sum(held), 0)
                     FROM point_lots AS lot
                     WHERE (lot.org_id, lot.member_id, lot.programme_id)
                         = (account.org_id, account.member_id, account.programme_id)
                 )
                 OR held <> (
                     SELECT coalesce(sum(points), 0)
                     FROM point_holds AS hold
                     WHERE state = 'held' AND (hold.org_id, hold.member_id, hold.programme_id)
                         = (account.org_id, account.member_id, account.programme_id)
                 )
                 OR (debt > 0 AND balance > held)
                 OR balance < 0 OR debt < 0 OR pending < 0
             )",
        )
        .bind(self.org.as_uuid())
        .fetch_one(&mut superuser)
        .await
        .unwrap();
        assert_eq!(wrong, 0, "{:?}", self.balances().await);
    }
}

fn new_order() -> OrderId {
    OrderId::new(&testkit::clock())
}

/// docs/rules.md, Worked examples, Points: an order of 116 with 28 points used, and its refunds.
#[tokio::test]
async fn refunds_give_back_and_take_back_to_the_point() {
    let shop = Shop::open(rules()).await;
    shop.adjust(30).await.unwrap();
    let order = new_order();
    shop.hold(order, 28).await.unwrap();
    assert_eq!(shop.points().await, (30, 0, 2));
    shop.confirm(order).await;
    assert_eq!(shop.points().await, (2, 0, 2));
    shop.complete(order, 5, 116).await;
    assert_eq!(shop.points().await, (18, 0, 18));
    // One of three reds: 6 of the points it used come back, and of the 16 earned 4 are taken.
    assert_eq!(shop.refund(order, 6, 89, false).await, (6, 4));
    assert_eq!(shop.points().await, (20, 0, 20));
    // The other two: 20 in all.
    assert_eq!(shop.refund(order, 7, 62, false).await, (7, 3));
    assert_eq!(shop.refund(order, 7, 34, false).await, (7, 5));
    assert_eq!(shop.points().await, (26, 0, 26));
    // And the rest.
    assert_eq!(shop.refund(order, 0, 0, true).await, (8, 4));
    assert_eq!(shop.points().await, (30, 0, 30));
    shop.check().await;
}

#[tokio::test]
async fn events_and_refunds_have_one_effect_in_any_order() {
    let shop = Shop::open(rules()).await;
    let order = new_order();
    let what = PointsReturn {
        refund: RefundId::new(&testkit::clock()),
        whole: false,
        points: 0,
        goods_left: 50,
    };
    // Refunded before the completion is reported, and twice.
    assert_eq!(shop.refund_as(order, what).await, (0, 0));
    shop.complete(order, 5, 100).await;
    assert_eq!(shop.points().await.0, 7);
    assert_eq!(shop.refund_as(order, what).await, (0, 0));
    shop.complete(order, 5, 100).await;
    assert_eq!(shop.points().await.0, 7);
    // Undone, and the completion once more, late.
    shop.apply(shop.event(order, 6, 100, false)).await;
    assert_eq!(shop.points().await.0, 0);
    shop.complete(order, 5, 100).await;
    assert_eq!(shop.points().await.0, 0);
    shop.complete(order, 7, 100).await;
    assert_eq!(shop.points().await.0, 7);

    let other = new_order();
    shop.apply(shop.event(other, 6, 100, false)).await;
    shop.complete(other, 5, 100).await;
    assert_eq!(shop.points().await.0, 7, "undone before it was reported");
    shop.check().await;
}

#[tokio::test]
async fn points_that_are_spent_meanwhile_are_owed_and_paid_off_first() {
    let shop = Shop::open(rules()).await;
    let (first, second) = (new_order(), new_order());
    shop.complete(first, 5, 200).await;
    assert_eq!(shop.points().await, (30, 0, 30));
    shop.hold(second, 25).await.unwrap();
    shop.confirm(second).await;
    assert_eq!(shop.refund(first, 0, 0, true).await, (0, 30));
    assert_eq!(shop.points().await, (0, 25, 0));
    // 15 are earned, and all of them are owed.
    shop.complete(new_order(), 5, 100).await;
    assert_eq!(shop.points().await, (0, 10, 0));
    // The order that used 25 is cancelled: what comes back is owed first too.
    shop.release(second).await;
    assert_eq!(shop.points().await, (15, 0, 15));
    shop.check().await;
}

#[tokio::test]
async fn of_two_orders_at_once_one_gets_the_points() {
    let shop = Shop::open(rules()).await;
    shop.adjust(100).await.unwrap();
    let (first, second) = (new_order(), new_order());
    let (one, other) = tokio::join!(shop.hold(first, 60), shop.hold(second, 60));
    assert_eq!([&one, &other].iter().filter(|held| held.is_ok()).count(), 1);
    let refused = one.err().or(other.err()).unwrap();
    assert_eq!(refused.reason, "POINTS_INSUFFICIENT");
    assert_eq!(refused.params["balance"], "40");
    // Held twice with the same key it is held once.
    let held = if shop.hold(first, 60).await.is_ok() {
        first
    } else {
        second
    };
    shop.hold(held, 60).await.unwrap();
    assert_eq!(shop.points().await, (100, 0, 40));
    shop.release(held).await;
    shop.release(held).await;
    shop.confirm(held).await;
    assert_eq!(shop.points().await, (100, 0, 100));
    shop.check().await;
}

#[tokio::test]
async fn points_of_a_lot_that_ended_come_back_for_thirty_days() {
    let mut shop = Shop::open(rules()).await;
    let (earned, used) = (new_order(), new_order());
    shop.complete(earned, 5, 200).await;
    shop.hold(used, 20).await.unwrap();
    shop.confirm(used).await;
    // Credited on 2 September, they end with October.
    shop.now = "2026-10-31T15:59:59Z".parse().unwrap();
    shop.expire().await;
    assert_eq!(shop.points().await.0, 10);
    shop.now = "2026-10-31T16:00:00Z".parse().unwrap();
    shop.expire().await;
    assert_eq!(shop.points().await.0, 0);
    shop.release(used).await;
    assert_eq!(shop.points().await.0, 20);
    shop.now += TimeDelta::days(30) - TimeDelta::seconds(1);
    shop.expire().await;
    assert_eq!(shop.points().await.0, 20);
    shop.now += TimeDelta::seconds(1);
    shop.expire().await;
    assert_eq!(shop.points().await.0, 0);
    shop.check().await;
}

#[tokio::test]
async fn points_wait_until_they_are_due() {
    let mut shop = Shop::open(PointsRules {
        waiting_days: 7,
        ..rules()
    })
    .await;
    let order = new_order();
    shop.complete(order, 5, 116).await;
    let waiting = shop.balances().await;
    assert_eq!((waiting.balance, waiting.pending), (0, 16));
    assert_eq!(shop.refund(order, 0, 89, false).await, (0, 4));
    shop.now += TimeDelta::days(7);
    for _ in 0..2 {
        let mut tx = shop.tx().await;
        orders::credit_due(&mut tx, order, shop.now).await.unwrap();
        tx.commit().await.unwrap();
    }
    let credited = shop.balances().await;
    assert_eq!((credited.balance, credited.pending), (12, 0));
    shop.check().await;
}

#[tokio::test]
async fn the_first_order_has_its_bonus_once() {
    let shop = Shop::open(PointsRules {
        first_order_bonus: 50,
        ..rules()
    })
    .await;
    shop.complete(new_order(), 5, 100).await;
    shop.complete(new_order(), 5, 100).await;
    assert_eq!(shop.points().await.0, 50 + 15 + 15);
    shop.check().await;
}

#[tokio::test]
async fn a_merged_member_s_points_move_and_come_back() {
    let shop = Shop::open(rules()).await;
    shop.adjust(40).await.unwrap();
    let other = MemberId::new(&testkit::clock());
    let merge = chassis::id::MemberMergeId::new(&testkit::clock());
    let mut tx = shop.tx().await;
    members_for_tests::insert(&mut tx, other, "+886911000002", noon()).await;
    super::merge::merge(&mut tx, merge, shop.member, other, shop.now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(shop.points().await.0, 0);
    shop.check().await;
    let mut tx = shop.tx().await;
    super::merge::undo(&mut tx, merge, shop.member, other, shop.now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(shop.points().await.0, 40);
    shop.check().await;
}

#[tokio::test]
async fn entries_and_lots_cannot_differ() {
    let shop = Shop::open(rules()).await;
    shop.adjust(40).await.unwrap();
    let mut superuser = shop.db.superuser().await;
    for sql in [
        "UPDATE point_entries SET points = 41",
        "DELETE FROM point_lot_changes",
        "TRUNCATE point_lot_changes",
        "UPDATE point_accounts SET held = 41",
        "INSERT INTO point_entries
         SELECT org_id, gen_random_uuid(), member_id, programme_id, 0, kind, 5, 0, 0, 0, at, NULL, '',
             NULL, NULL, 0, explanation, params, NULL, '', 'forged'
         FROM point_entries",
    ] {
        assert!(sqlx::query(sql).execute(&mut superuser).await.is_err(), "{sql}");
    }
    shop.check().await;
}

/// Something that happens to a member's points.
#[derive(Clone, Debug)]
enum Step {
    Complete(usize, i64),
    Reopen(usize),
    Hold(usize, u32),
    Confirm(usize),
    Release(usize),
    Refund(usize, u32, i64),
    RefundAll(usize),
    Adjust(i32),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let order = 0..4_usize;
    prop_oneof![
        3 => (order.clone(), 0..400_i64).prop_map(|(order, goods)| Step::Complete(order, goods)),
        1 => order.clone().prop_map(Step::Reopen),
        3 => (order.clone(), 1..40_u32).prop_map(|(order, points)| Step::Hold(order, points)),
        3 => order.clone().prop_map(Step::Confirm),
        1 => order.clone().prop_map(Step::Release),
        2 => (order.clone(), 0..20_u32, 0..300_i64)
            .prop_map(|(order, points, left)| Step::Refund(order, points, left)),
        1 => order.prop_map(Step::RefundAll),
        2 => (-60..60_i32).prop_filter("not 0", |points| *points != 0).prop_map(Step::Adjust),
        1 => (1..40_i64).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_keeps_account_entries_and_lots_the_same(
        steps in proptest::collection::vec(step(), 1..30),
        waiting_days in 0..3_i32,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut shop = Shop::open(PointsRules { waiting_days: waiting_days * 5, ..rules() }).await;
            let orders: Vec<OrderId> = (0..4).map(|_| new_order()).collect();
            let mut version = 1;
            for step in steps {
                version += 1;
                match step {
                    Step::Complete(order, goods) => shop.complete(orders[order], version, goods).await,
                    Step::Reopen(order) => {
                        shop.apply(shop.event(orders[order], version, 0, false)).await;
                    }
                    Step::Hold(order, points) => drop(shop.hold(orders[order], points).await),
                    Step::Confirm(order) => shop.confirm(orders[order]).await,
                    Step::Release(order) => shop.release(orders[order]).await,
                    Step::Refund(order, points, left) => {
                        shop.refund(orders[order], points, left, false).await;
                    }
                    Step::RefundAll(order) => {
                        shop.refund(orders[order], 0, 0, true).await;
                    }
                    Step::Adjust(points) => drop(shop.adjust(points).await),
                    Step::Wait(days) => {
                        shop.now += TimeDelta::days(days);
                        for order in &orders {
                            let mut tx = shop.tx().await;
                            super::orders::credit_due(&mut tx, *order, shop.now).await.unwrap();
                            tx.commit().await.unwrap();
                        }
                        shop.expire().await;
                    }
                }
                shop.check().await;
            }
        });
    }
}
