//! The RPCs of `BenefitService`.

use std::collections::BTreeSet;

use chassis::{
    authn::RequestExt as _,
    business_day,
    error::{CommonReason, Problem, Violations},
    id::{self, BenefitRuleId, MemberId},
    request, time,
};
use proto::membership::v1::{
    self as wire, FindBenefitsRequest, FindBenefitsResponse, GetRuleDocumentRequest,
    GetRuleDocumentResponse, HoldBenefitsRequest, HoldBenefitsResponse, ReleaseBenefitsRequest,
    ReleaseBenefitsResponse, ReturnBenefitsRequest, ReturnBenefitsResponse,
    benefit_service_server as server,
};
use tonic::Request;
use uuid::Uuid;

use super::{
    benefit_wire::{count, refusal},
    rpcs::rpcs,
};
use crate::{
    app::{
        Dependencies,
        benefits::{
            find::{self, Entered, FindRequest, MemberBenefits},
            hold::{self, HoldRequest, RequestedUse},
            publish, returns, settle,
        },
        points::holds::PointsReturn,
    },
    domain::benefits::{
        code::Usage,
        customer::Customer,
        hold::{LASTS, Use, UseClass},
    },
};

const MOST_ENTERED: usize = 3;
const MOST_RULES: usize = 500;
const MOST_ATTEMPT_KEYS: usize = 4;
const LONGEST_ATTEMPT_KEY: usize = 100;
const LONGEST_CODE: usize = 100;
const MOST_USES: usize = 50;
const LONGEST_KEY: usize = 128;

/// The gRPC service.
pub struct BenefitService {
    deps: Dependencies,
}

impl BenefitService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    BenefitService: server::BenefitService {
        get_rule_document(GetRuleDocumentRequest) -> GetRuleDocumentResponse;
        find_benefits(FindBenefitsRequest) -> FindBenefitsResponse;
        hold_benefits(HoldBenefitsRequest) -> HoldBenefitsResponse;
        release_benefits(ReleaseBenefitsRequest) -> ReleaseBenefitsResponse;
        return_benefits(ReturnBenefitsRequest) -> ReturnBenefitsResponse;
    }
}

impl BenefitService {
    async fn get_rule_document(
        &self,
        request: &Request<GetRuleDocumentRequest>,
    ) -> Result<GetRuleDocumentResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let brand = violations.finish(brand)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let version = Some(asked.version).filter(|version| *version > 0);
        let document = publish::document(&mut tx, brand, version).await?;
        tx.rollback().await?;
        Ok(GetRuleDocumentResponse {
            document: Some(document),
        })
    }

    async fn find_benefits(
        &self,
        request: &Request<FindBenefitsRequest>,
    ) -> Result<FindBenefitsResponse, Problem> {
        let asked = request.get_ref();
        let org = request.org()?;
        let mut violations = Violations::new();
        let found = parse_find(asked, &mut violations);
        let member = id::parse_optional("member_id", &asked.member_id, &mut violations);
        let (brand, branch, business_day) =
            violations.finish((found.brand, found.branch, found.business_day))?;
        let request = FindRequest {
            brand,
            branch,
            customer: Customer::new(org, member, &asked.guest_phone),
            codes: asked.codes.clone(),
            coupons: found.coupons,
            rules: found.rules,
            order: found.order,
            attempt_keys: asked.attempt_keys.clone(),
            business_day,
            with_coupons: asked.with_coupons,
        };
        let found = find::find(&self.deps, org, &request).await?;
        Ok(FindBenefitsResponse {
            member: found.member.as_ref().map(member_benefits),
            codes: found.codes.iter().map(entered).collect(),
            coupons: found.coupons.iter().map(entered).collect(),
            uses: found
                .usages
                .iter()
                .map(|(rule, usage)| rule_use(*rule, usage))
                .collect(),
            usable_coupons: found.usable.iter().map(entered).collect(),
        })
    }

    async fn hold_benefits(
        &self,
        request: &Request<HoldBenefitsRequest>,
    ) -> Result<HoldBenefitsResponse, Problem> {
        let asked = request.get_ref();
        let org = request.org()?;
        let request = parse_hold(asked, org)?;
        let hold = hold::hold(&self.deps, org, request).await?;
        Ok(HoldBenefitsResponse {
            order_id: hold.order.to_string(),
            expires_at: Some(time::to_wire(hold.held_at + LASTS)),
        })
    }

    async fn release_benefits(
        &self,
        request: &Request<ReleaseBenefitsRequest>,
    ) -> Result<ReleaseBenefitsResponse, Problem> {
        let mut violations = Violations::new();
        let order = id::parse("order_id", &request.get_ref().order_id, &mut violations);
        let order = violations.finish(order)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let released = settle::release_unmade(&mut tx, order, self.deps.clock.now()).await?;
        tx.commit().await?;
        Ok(ReleaseBenefitsResponse { released })
    }

    async fn return_benefits(
        &self,
        request: &Request<ReturnBenefitsRequest>,
    ) -> Result<ReturnBenefitsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let order = id::parse("order_id", &asked.order_id, &mut violations);
        let refund = id::parse("refund_id", &asked.refund_id, &mut violations);
        let coupons = request::ids("coupon_ids", &asked.coupon_ids, MOST_USES, &mut violations);
        let out_of_range = CommonReason::AmountOutOfRange;
        let points = request::in_range(
            "points",
            asked.points,
            0..=i32::MAX,
            out_of_range,
            &mut violations,
        );
        let (order, refund) = violations.finish((order, refund))?;
        let points = PointsReturn {
            refund,
            whole: asked.whole,
            points: points.unsigned_abs(),
            goods_left: asked.goods_left,
        };
        returns::return_benefits(&self.deps, request.org()?, order, points, &coupons).await
    }
}

/// Fields of FindBenefits, those that must be there as far as they could be read.
struct FindFields {
    brand: Option<chassis::id::BrandId>,
    branch: Option<chassis::id::BranchId>,
    business_day: Option<chrono::NaiveDate>,
    coupons: Vec<chassis::id::CouponId>,
    rules: Vec<BenefitRuleId>,
    order: Option<chassis::id::OrderId>,
}

fn parse_find(asked: &FindBenefitsRequest, violations: &mut Violations) -> FindFields {
    let mut at_most = |field: &str, given: usize, most: usize| {
        if given > most {
            let params = [("max", most), ("given", given)];
            violations.push_with(field, CommonReason::ValidationFailed, params);
        }
    };
    at_most("codes", asked.codes.len(), MOST_ENTERED);
    at_most("attempt_keys", asked.attempt_keys.len(), MOST_ATTEMPT_KEYS);
    for code in &asked.codes {
        at_most("codes", code.len(), LONGEST_CODE);
    }
    for key in &asked.attempt_keys {
        at_most("attempt_keys", key.chars().count(), LONGEST_ATTEMPT_KEY);
    }
    let day = business_day::parse("business_day", &asked.business_day, violations);
    FindFields {
        brand: id::parse("brand_id", &asked.brand_id, violations),
        branch: id::parse("branch_id", &asked.branch_id, violations),
        business_day: day.map(|day| day.date()),
        coupons: request::ids("coupon_ids", &asked.coupon_ids, MOST_ENTERED, violations),
        rules: request::ids("rule_ids", &asked.rule_ids, MOST_RULES, violations),
        order: id::parse_optional("order_id", &asked.order_id, violations),
    }
}

fn parse_hold(
    asked: &HoldBenefitsRequest,
    org: chassis::id::OrganisationId,
) -> Result<HoldRequest, Problem> {
    let mut violations = Violations::new();
    let order = id::parse("order_id", &asked.order_id, &mut violations);
    let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
    let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
    let member: Option<MemberId> =
        id::parse_optional("member_id", &asked.member_id, &mut violations);
    let day = business_day::parse("business_day", &asked.business_day, &mut violations);
    let key = asked.hold_key.chars().count();
    if !(1..=LONGEST_KEY).contains(&key) {
        violations.push_with(
            "hold_key",
            CommonReason::ValidationFailed,
            [("max", LONGEST_KEY)],
        );
    }
    if asked.uses.len() > MOST_USES {
        violations.push_with("uses", CommonReason::ValidationFailed, [("max", MOST_USES)]);
    }
    let mut rules = BTreeSet::new();
    let mut uses = Vec::with_capacity(asked.uses.len());
    for (index, used) in asked.uses.iter().enumerate().take(MOST_USES) {
        let Some(parsed) = parse_use(index, used, &mut violations) else {
            continue;
        };
        if rules.insert(parsed.used.rule) {
            uses.push(parsed);
        } else {
            let field = format!("uses[{index}].rule_id");
            violations.push(field, CommonReason::ValidationFailed);
        }
    }
    let reason = CommonReason::AmountOutOfRange;
    let points = request::in_range(
        "points",
        asked.points,
        0..=i32::MAX,
        reason,
        &mut violations,
    );
    let programme = if points > 0 {
        let programme = asked.programme_id.parse::<Uuid>().ok();
        if programme.is_none() {
            violations.push("programme_id", CommonReason::ValidationFailed);
        }
        programme
    } else {
        None
    };
    let (order, brand, branch, day) = violations.finish((order, brand, branch, day))?;
    Ok(HoldRequest {
        order,
        key: asked.hold_key.clone(),
        brand,
        branch,
        customer: Customer::new(org, member, &asked.guest_phone),
        business_day: day.date(),
        uses,
        points: points.unsigned_abs(),
        programme,
    })
}

fn parse_use(
    index: usize,
    used: &wire::BenefitUse,
    violations: &mut Violations,
) -> Option<RequestedUse> {
    let at = |name: &str| format!("uses[{index}].{name}");
    let rule = id::parse(&at("rule_id"), &used.rule_id, violations);
    let class = request::choice(&at("benefit_class"), used.benefit_class, violations);
    let code = id::parse_optional(&at("code_id"), &used.code_id, violations);
    let coupon = id::parse_optional(&at("coupon_id"), &used.coupon_id, violations);
    let reason = CommonReason::AmountOutOfRange;
    let amount = request::in_range(
        &at("amount"),
        used.amount,
        0..=9_999_999,
        reason,
        violations,
    );
    if class == Some(UseClass::Code) && code.is_none() {
        violations.push(at("code_id"), CommonReason::ValidationFailed);
    }
    if class == Some(UseClass::Coupon) && coupon.is_none() {
        violations.push(at("coupon_id"), CommonReason::ValidationFailed);
    }
    let class = class?;
    Some(RequestedUse {
        used: Use {
            rule: rule?,
            rule_version: used.rule_version,
            class,
            amount,
            code: code.filter(|_| class == UseClass::Code),
            coupon: coupon.filter(|_| class == UseClass::Coupon),
            counters: Vec::new(),
            returned: false,
        },
        position: usize::try_from(used.position).unwrap_or_default(),
    })
}

fn entered(found: &Entered) -> wire::EnteredBenefit {
    let (reason, params) = match &found.rule {
        Ok(_) => Default::default(),
        Err(refused) => refusal(refused),
    };
    let rule = found.rule.as_ref().ok();
    wire::EnteredBenefit {
        entered: found.entered.clone(),
        rule: rule.cloned(),
        code_id: found.code.map(|code| code.to_string()).unwrap_or_default(),
        coupon_id: found
            .coupon
            .map(|coupon| coupon.to_string())
            .unwrap_or_default(),
        reason,
        params,
        ends_at: rule.and_then(find::ends_at).map(time::to_wire),
    }
}

fn rule_use(rule: BenefitRuleId, usage: &Usage) -> wire::RuleUse {
    wire::RuleUse {
        rule_id: rule.to_string(),
        total: count(usage.total),
        member: count(usage.customer),
        member_today: count(usage.customer_day),
        spent: usage.spent,
        today: count(usage.day),
    }
}

fn member_benefits(member: &MemberBenefits) -> wire::MemberBenefits {
    let facts = &member.facts;
    wire::MemberBenefits {
        member_id: member.id.to_string(),
        blocked: facts.blocked,
        prepays: facts.prepays,
        tier_id: member.tier.map(|tier| tier.to_string()).unwrap_or_default(),
        tag_ids: member.tags.iter().map(ToString::to_string).collect(),
        first_order: facts.first_order,
        birth_month: facts.birth_month.map(i32::from).unwrap_or_default(),
        points: count(member.points),
        name: facts.name.clone(),
        phone: facts.phone.clone(),
    }
}
