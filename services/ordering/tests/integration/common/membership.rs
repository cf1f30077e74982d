//! A fake of membership behind gRPC, rules as it publishes them, and a shop whose customers use benefits.

use std::{collections::HashMap, sync::Arc};

use axum::Router;
use chassis::{
    authn::{Identity, Plan},
    clock::SystemClock,
    error::{CommonReason, Problem},
    id::{EventId, MemberId},
    outbox,
};
use parking_lot::Mutex;
use proto::{
    catalog::v1 as catalog,
    common::v1::Method,
    membership::v1::{
        self as wire, BenefitClass, BenefitEffect, BenefitRule, EnteredBenefit,
        FindBenefitsRequest, FindBenefitsResponse, GetRuleDocumentRequest, GetRuleDocumentResponse,
        HoldBenefitsRequest, HoldBenefitsResponse, MemberBenefits, OrderEffect, OrderThreshold,
        PointsEarning, PointsRedeeming, PointsTerms, PriceCut, ProductTarget,
        ReleaseBenefitsRequest, ReleaseBenefitsResponse, ReturnBenefitsRequest,
        ReturnBenefitsResponse, RuleConditions, RuleDocument, RuleUse, RulesPublished,
        benefit_effect::Effect, price_cut::Cut,
    },
    ordering::v1::{
        Cart, CartLine, ChosenOption, Contact, EnteredOutcome, PlaceOrderRequest,
        PlaceOrderResponse, PricedQuote, QuoteRequest,
    },
};
use tonic::Status;
use url::Url;
use uuid::Uuid;

use super::{
    Client, Shop, agreeing_to,
    fakes::{self, serve, unary},
};

/// Membership with the rules of a test.
pub struct FakeMembership {
    pub url: Url,
    pub state: Arc<Mutex<MembershipState>>,
}

/// What membership knows.
#[derive(Default)]
pub struct MembershipState {
    /// Rules of the brand.
    pub document: RuleDocument,
    /// How often the document was read.
    pub documents_read: usize,
    /// Facts returned for every member.
    pub member: MemberBenefits,
    /// Codes by their text; any other is `CODE_INVALID`.
    pub codes: HashMap<String, EnteredBenefit>,
    /// Coupons by their id; any other is `COUPON_NOT_YOURS`.
    pub coupons: HashMap<String, EnteredBenefit>,
    /// What other orders have used.
    pub uses: Vec<RuleUse>,
    /// What customers asked.
    pub found: Vec<FindBenefitsRequest>,
    /// What orders asked to hold.
    pub held: Vec<HoldBenefitsRequest>,
    /// Orders by hold key.
    pub holds: HashMap<String, String>,
    /// Orders whose hold was released.
    pub released: Vec<String>,
    /// Refuses every hold.
    pub refusal: Option<Problem>,
    /// Holds without saying so.
    pub loses_answers: bool,
    /// What refunds asked to give back.
    pub returned: Vec<ReturnBenefitsRequest>,
    /// Answers nothing.
    pub away: bool,
}

impl MembershipState {
    fn answers(&self) -> Result<(), Status> {
        if self.away {
            return Err(Problem::new(CommonReason::TemporarilyUnavailable).into());
        }
        Ok(())
    }

    fn find(&mut self, request: FindBenefitsRequest) -> Result<FindBenefitsResponse, Status> {
        self.answers()?;
        let entered = |known: &HashMap<String, EnteredBenefit>, text: &String, reason: &str| {
            known.get(text).cloned().unwrap_or_else(|| EnteredBenefit {
                entered: text.clone(),
                reason: reason.to_owned(),
                ..Default::default()
            })
        };
        let codes = request.codes.iter();
        let coupons = request.coupon_ids.iter();
        let usable = self.coupons.values().filter(|_| request.with_coupons);
        let response = FindBenefitsResponse {
            member: (!request.member_id.is_empty()).then(|| self.member.clone()),
            codes: codes
                .map(|text| entered(&self.codes, text, "CODE_INVALID"))
                .collect(),
            coupons: coupons
                .map(|id| entered(&self.coupons, id, "COUPON_NOT_YOURS"))
                .collect(),
            uses: self.uses.clone(),
            usable_coupons: usable.cloned().collect(),
        };
        self.found.push(request);
        Ok(response)
    }

    fn hold(&mut self, request: HoldBenefitsRequest) -> Result<HoldBenefitsResponse, Status> {
        self.answers()?;
        if let Some(refusal) = &self.refusal {
            let mut again = Problem::new(refusal.reason.clone());
            again.fields.clone_from(&refusal.fields);
            return Err(again.into());
        }
        let order = self.holds.entry(request.hold_key.clone());
        let order_id = order.or_insert_with(|| request.order_id.clone()).clone();
        self.held.push(request);
        if self.loses_answers {
            return Err(Status::unavailable("the answer was lost"));
        }
        Ok(HoldBenefitsResponse {
            order_id,
            ..Default::default()
        })
    }
}

impl FakeMembership {
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(MembershipState::default()));
        let path = |rpc: &str| format!("/yizhimai.membership.v1.BenefitService/{rpc}");
        let known = state.clone();
        let router = unary(Router::new(), &path("GetRuleDocument"), move |request| {
            let _: GetRuleDocumentRequest = request.into_inner();
            let mut state = known.lock();
            state.answers()?;
            state.documents_read += 1;
            Ok(GetRuleDocumentResponse {
                document: Some(state.document.clone()),
            })
        });
        let known = state.clone();
        let router = unary(router, &path("FindBenefits"), move |request| {
            known.lock().find(request.into_inner())
        });
        let known = state.clone();
        let router = unary(router, &path("HoldBenefits"), move |request| {
            known.lock().hold(request.into_inner())
        });
        let known = state.clone();
        let router = unary(router, &path("ReleaseBenefits"), move |request| {
            let request: ReleaseBenefitsRequest = request.into_inner();
            let mut state = known.lock();
            state.holds.retain(|_, order| *order != request.order_id);
            state.released.push(request.order_id);
            Ok(ReleaseBenefitsResponse { released: true })
        });
        let known = state.clone();
        let router = unary(router, &path("ReturnBenefits"), move |request| {
            let request: ReturnBenefitsRequest = request.into_inner();
            let mut state = known.lock();
            state.answers()?;
            let points_returned = request.points;
            state.returned.push(request);
            Ok(ReturnBenefitsResponse {
                points_returned,
                points_taken: 4,
                ..Default::default()
            })
        });
        Self {
            url: serve(router).await,
            state,
        }
    }
}

/// A shop with membership.
pub struct Club {
    pub shop: Shop,
    pub membership: FakeMembership,
    pub member: MemberId,
}

/// An id from a small number, ordered as the numbers are.
pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

impl Club {
    pub async fn open(rules: Vec<BenefitRule>) -> Self {
        let membership = FakeMembership::start().await;
        let member = MemberId::new(&SystemClock);
        {
            let mut state = membership.state.lock();
            state.document = RuleDocument {
                version: 1,
                rules,
                max_codes: 3,
                max_coupons: 3,
                ..Default::default()
            };
            state.member.member_id = member.to_string();
        }
        let url = membership.url.to_string();
        let shop = Shop::open_with(&[("PEERS_MEMBERSHIP_URL", url.as_str())]).await;
        Self {
            shop,
            membership,
            member,
        }
    }

    /// Sells a product of one variant, both with this number, in a category of that number.
    pub fn sells(&self, n: u128, name: &str, price: i64) {
        let mut state = self.shop.catalog.state.lock();
        state.more.push(product(n, name, price));
    }

    pub fn guest(&self) -> Client {
        self.shop.customer()
    }

    pub fn member_identity(&self) -> Identity {
        Identity::member("phone", self.member, self.shop.org, Plan::Max)
    }

    pub fn member(&self) -> Client {
        self.shop.client(&self.member_identity())
    }

    /// A cart of products with their counts.
    pub fn cart(&self, items: &[(u128, i32)]) -> Cart {
        Cart {
            branch_id: self.shop.branch().to_string(),
            method: Method::Pickup.into(),
            lines: items.iter().map(|(n, count)| line(*n, *count)).collect(),
            ..Default::default()
        }
    }

    pub async fn quote(&self, client: &mut Client, cart: &Cart) -> PricedQuote {
        let request = QuoteRequest {
            cart: Some(cart.clone()),
            attempt_keys: vec!["device:1".to_owned()],
            ..Default::default()
        };
        let response = client.quote(request).await.unwrap();
        response.into_inner().quote.unwrap()
    }

    /// A request that agrees to the quote of a cart.
    pub async fn request(&self, client: &mut Client, key: &str, cart: &Cart) -> PlaceOrderRequest {
        let quote = self.quote(client, cart).await;
        PlaceOrderRequest {
            idempotency_key: key.to_owned(),
            cart: Some(cart.clone()),
            contact: Some(Contact {
                name: "陳小姐".to_owned(),
                phone: "0911-123-456".to_owned(),
            }),
            ..agreeing_to(&quote)
        }
    }

    pub async fn place(
        &self,
        client: &mut Client,
        key: &str,
        cart: &Cart,
    ) -> Result<PlaceOrderResponse, Status> {
        let request = self.request(client, key, cart).await;
        Ok(client.place_order(request).await?.into_inner())
    }

    /// A code that is this rule.
    pub fn code(&self, text: &str, rule: BenefitRule) {
        let code = EnteredBenefit {
            entered: text.to_owned(),
            code_id: rule.rule_id.clone(),
            rule: Some(with_class(rule, BenefitClass::Code)),
            ..Default::default()
        };
        let mut state = self.membership.state.lock();
        state.codes.insert(text.to_owned(), code);
    }

    /// A coupon that is this rule; its id is the rule's.
    pub fn coupon(&self, rule: BenefitRule) -> String {
        let coupon_id = rule.rule_id.clone();
        let coupon = EnteredBenefit {
            entered: coupon_id.clone(),
            coupon_id: coupon_id.clone(),
            rule: Some(with_class(rule, BenefitClass::Coupon)),
            ..Default::default()
        };
        let mut state = self.membership.state.lock();
        state.coupons.insert(coupon_id.clone(), coupon);
        coupon_id
    }

    /// The member has points worth one each, of which an order takes all.
    pub fn points(&self, balance: i32, cap_bp: i32) {
        let mut state = self.membership.state.lock();
        state.member.points = balance;
        state.document.points_terms = vec![PointsTerms {
            programme_id: id(900).to_string(),
            version: 1,
            effective_at: Some(fakes::timestamp(chrono::DateTime::UNIX_EPOCH)),
            unit_name: "點".to_owned(),
            redeeming: Some(PointsRedeeming {
                worth_of_100: 100,
                min_points: 1,
                step: 1,
                cap_bp,
                ..Default::default()
            }),
            earning: Some(PointsEarning {
                every: 10,
                points: 1,
                ..Default::default()
            }),
        }];
    }

    /// Publishes what the document is by now.
    pub async fn publish(&self) {
        self.membership.state.lock().document.version += 1;
        let published = RulesPublished {
            brand_id: fakes::BRAND.to_string(),
            version: 2,
        };
        let event_id = EventId::new(self.shop.service.clock()).as_uuid();
        let event = outbox::Event::new("membership.rules.published.v1", event_id, 1, &published);
        self.shop.service.deliver(self.shop.org, &[event]).await;
    }
}

pub fn product(n: u128, name: &str, price: i64) -> catalog::Product {
    catalog::Product {
        product_id: id(n).to_string(),
        name: name.to_owned(),
        variants: vec![catalog::Variant {
            variant_id: id(n).to_string(),
            name: String::new(),
            price,
        }],
        category_ids: vec![id(n).to_string()],
        tax_type: Some(catalog::TaxType::Taxable.into()),
        display: catalog::DisplayState::Listed.into(),
        min_per_order: 1,
        max_per_order: 99,
        ..Default::default()
    }
}

pub fn line(n: u128, quantity: i32) -> CartLine {
    CartLine {
        product_id: id(n).to_string(),
        variant_id: id(n).to_string(),
        quantity,
        ..Default::default()
    }
}

/// A line with one of an option.
pub fn line_with(n: u128, quantity: i32, option: Uuid) -> CartLine {
    CartLine {
        options: vec![ChosenOption {
            option_id: option.to_string(),
            quantity: 1,
        }],
        ..line(n, quantity)
    }
}

fn with_class(rule: BenefitRule, class: BenefitClass) -> BenefitRule {
    BenefitRule {
        benefit_class: class.into(),
        ..rule
    }
}

/// A promotion for everything, extras included.
pub fn promotion(n: u128, effect: Effect) -> BenefitRule {
    BenefitRule {
        rule_id: id(n).to_string(),
        version: 1,
        name: format!("優惠 {n}"),
        benefit_class: BenefitClass::Promotion.into(),
        with_extras: true,
        effect: Some(BenefitEffect {
            effect: Some(effect),
        }),
        ..Default::default()
    }
}

/// The same for one product.
pub fn of_product(n: u128, rule: BenefitRule) -> BenefitRule {
    BenefitRule {
        target: Some(target(n)),
        ..rule
    }
}

/// The same from an amount on.
pub fn from_spend(min_spend: i64, rule: BenefitRule) -> BenefitRule {
    BenefitRule {
        conditions: Some(RuleConditions {
            min_spend,
            ..rule.conditions.clone().unwrap_or_default()
        }),
        ..rule
    }
}

pub fn target(n: u128) -> ProductTarget {
    ProductTarget {
        product_ids: vec![id(n).to_string()],
        ..Default::default()
    }
}

pub fn percent(bp: i32) -> Option<PriceCut> {
    Some(PriceCut {
        cut: Some(Cut::PercentBp(bp)),
    })
}

pub fn amount(amount: i64) -> Option<PriceCut> {
    Some(PriceCut {
        cut: Some(Cut::Amount(amount)),
    })
}

/// 滿 `at` 折.
pub fn order_off(at: i64, off: Option<PriceCut>) -> Effect {
    Effect::Order(OrderEffect {
        measure: wire::ThresholdMeasure::Spend.into(),
        thresholds: vec![OrderThreshold { at, off }],
        repeats: false,
    })
}

/// Each unit for less.
pub fn item_off(off: Option<PriceCut>) -> Effect {
    Effect::Item(wire::ItemEffect { off })
}

/// What became of the first thing entered.
pub fn first_outcome(quote: &PricedQuote) -> &EnteredOutcome {
    &quote.benefits.as_ref().unwrap().entered[0]
}

/// What is to be paid.
pub fn total(quote: &PricedQuote) -> i64 {
    quote.total.as_ref().unwrap().amount
}
