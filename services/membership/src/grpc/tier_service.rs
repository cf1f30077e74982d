//! The RPCs of `TierService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id,
    idempotency::Once,
    request, time,
};
use chrono::{DateTime, Utc};
use proto::membership::v1::{
    self as wire, GetMemberTiersRequest, GetMemberTiersResponse, GetMyTierRequest,
    GetMyTierResponse, ListTierProgrammesRequest, ListTierProgrammesResponse,
    PreviewTierProgrammeRequest, PreviewTierProgrammeResponse, SaveTierProgrammeRequest,
    SaveTierProgrammeResponse, SetMemberTierRequest, SetMemberTierResponse, TierGift, TierMembers,
    TierMove, WithdrawTierProgrammeRequest, WithdrawTierProgrammeResponse,
    tier_service_server as server,
};
use tonic::Request;
use uuid::Uuid;

use super::{
    request::{optional_uuid, reason, signed_in, uuid},
    rpcs::rpcs,
};
use crate::{
    app::{
        Dependencies,
        giving::{self, rules::ShownRule},
        scope,
        tiers::{
            programmes::{self, NewVersion, Shown},
            view::{self, MemberTierView, Set},
        },
    },
    domain::{
        programme,
        tiers::{judging::Cause, rules::Rules},
    },
    store::{self, new_id, tiers::members::TierChange},
};

/// Most given coupons that are listed of tiers.
const MOST_GIFTS: usize = 100;

/// The gRPC service.
pub struct TierService {
    deps: Dependencies,
}

impl TierService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    TierService: server::TierService {
        list_tier_programmes(ListTierProgrammesRequest) -> ListTierProgrammesResponse;
        preview_tier_programme(PreviewTierProgrammeRequest) -> PreviewTierProgrammeResponse;
        save_tier_programme(SaveTierProgrammeRequest) -> SaveTierProgrammeResponse;
        withdraw_tier_programme(WithdrawTierProgrammeRequest) -> WithdrawTierProgrammeResponse;
        get_member_tiers(GetMemberTiersRequest) -> GetMemberTiersResponse;
        set_member_tier(SetMemberTierRequest) -> SetMemberTierResponse;
        get_my_tier(GetMyTierRequest) -> GetMyTierResponse;
    }
}

impl TierService {
    async fn list_tier_programmes(
        &self,
        request: &Request<ListTierProgrammesRequest>,
    ) -> Result<ListTierProgrammesResponse, Problem> {
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let found = programmes::list(&mut tx, request.identity(), now).await?;
        Ok(ListTierProgrammesResponse {
            programmes: found
                .iter()
                .map(|shown| programme_to_wire(shown, now))
                .collect(),
        })
    }

    fn parse_rules(
        &self,
        given: Option<&wire::TierRules>,
        violations: &mut Violations,
    ) -> Option<Rules> {
        let now = self.deps.clock.now();
        let given = request::required("rules", given, violations)?;
        Rules::parse(given, "rules", || new_id(now), violations)
    }

    async fn preview_tier_programme(
        &self,
        request: &Request<PreviewTierProgrammeRequest>,
    ) -> Result<PreviewTierProgrammeResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let known = optional_uuid("programme_id", &asked.programme_id, &mut violations);
        let brand = match known {
            Some(_) => Some(None),
            None => programme::parse_scope(asked.scope, &asked.brand_id, &mut violations),
        };
        let rules = self.parse_rules(asked.rules.as_ref(), &mut violations);
        let (brand, rules) = violations.finish((brand, rules))?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let found =
            programmes::preview(&mut tx, request.identity(), known, brand, &rules, now).await?;
        let moves = found.moves.iter().map(|&(tier, place, members)| TierMove {
            from_tier_id: tier.map(|id| id.to_string()).unwrap_or_default(),
            to_place: i32::try_from(place).unwrap_or(0),
            members,
        });
        Ok(PreviewTierProgrammeResponse {
            up: found.up,
            down: found.down,
            stay: found.stay,
            moves: moves.collect(),
        })
    }

    async fn save_tier_programme(
        &self,
        request: &Request<SaveTierProgrammeRequest>,
    ) -> Result<SaveTierProgrammeResponse, Problem> {
        let asked = request.get_ref();
        let now = self.deps.clock.now();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("SaveTierProgramme", key, asked, &mut violations);
        let known = optional_uuid("programme_id", &asked.programme_id, &mut violations);
        let brand = programme::parse_scope(asked.scope, &asked.brand_id, &mut violations);
        let start = programme::parse_start(asked.effective_at.as_ref(), now, &mut violations);
        let rules = self.parse_rules(asked.rules.as_ref(), &mut violations);
        let mode = request::choice("mode", asked.mode, &mut violations);
        let mut replacements = Vec::new();
        for (index, replacement) in asked.replacements.iter().enumerate() {
            let field = format!("replacements[{index}]");
            let tier = uuid(
                &format!("{field}.tier_id"),
                &replacement.tier_id,
                &mut violations,
            );
            let place = usize::try_from(replacement.to_place).ok();
            let known = rules.as_ref().map_or(0, |rules| rules.tiers.len());
            let place = place.filter(|place| *place < known);
            if place.is_none() {
                violations.push(format!("{field}.to_place"), CommonReason::ValidationFailed);
            }
            replacements.extend(tier.zip(place));
        }
        let (brand, effective_at, rules, mode) = violations.finish((brand, start, rules, mode))?;
        let identity = request.identity();
        let (by, _) = identity.staff()?;
        let new = NewVersion {
            programme: known,
            read_at: asked.version,
            brand,
            effective_at,
            rules,
            mode,
            replacements,
            replaces: (asked.replaces_version != 0).then_some(asked.replaces_version),
            by,
        };
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let saved = programmes::save(tx, identity, new, now).await?;
                let programme = programme_to_wire(&saved, now);
                audit::after(&programme);
                Ok::<_, Problem>(SaveTierProgrammeResponse {
                    programme: Some(programme),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn withdraw_tier_programme(
        &self,
        request: &Request<WithdrawTierProgrammeRequest>,
    ) -> Result<WithdrawTierProgrammeResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = uuid("programme_id", &asked.programme_id, &mut violations);
        let id = violations.finish(id)?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (number, read_at) = (asked.withdrawn_version, asked.version);
        let left =
            programmes::withdraw(&mut tx, request.identity(), id, number, read_at, now).await?;
        let programme = programme_to_wire(&left, now);
        audit::after(&programme);
        tx.commit().await?;
        Ok(WithdrawTierProgrammeResponse {
            programme: Some(programme),
        })
    }

    async fn get_member_tiers(
        &self,
        request: &Request<GetMemberTiersRequest>,
    ) -> Result<GetMemberTiersResponse, Problem> {
        let mut violations = Violations::new();
        let member = id::parse("member_id", &request.get_ref().member_id, &mut violations);
        let member = violations.finish(member)?;
        let (identity, now) = (request.identity(), self.deps.clock.now());
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let joined = store::tiers::members::lock_member(&mut tx, member).await?;
        joined.ok_or_else(|| Problem::not_found("member"))?;
        let mut tiers = Vec::new();
        for programme in store::tiers::programmes::list(&mut tx).await? {
            if scope::sees_programme(&mut tx, identity, programme.brand).await? {
                tiers.extend(view::of_member(&mut tx, programme, member, now).await?);
            }
        }
        Ok(GetMemberTiersResponse {
            tiers: tiers.iter().map(member_tier).collect(),
        })
    }

    async fn set_member_tier(
        &self,
        request: &Request<SetMemberTierRequest>,
    ) -> Result<SetMemberTierResponse, Problem> {
        let asked = request.get_ref();
        let now = self.deps.clock.now();
        let mut violations = Violations::new();
        let member = id::parse("member_id", &asked.member_id, &mut violations);
        let programme = uuid("programme_id", &asked.programme_id, &mut violations);
        let tier = uuid("tier_id", &asked.tier_id, &mut violations);
        let until = asked.valid_until.as_ref();
        let valid_until = time::parse_optional("valid_until", until, &mut violations);
        if valid_until.is_some_and(|until| until <= now) {
            violations.push("valid_until", CommonReason::InThePast);
        }
        let reason = reason("reason", &asked.reason, &mut violations);
        let (member, programme, tier) = violations.finish((member, programme, tier))?;
        let set = Set {
            member,
            programme,
            tier,
            valid_until,
            reason,
        };
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let found = view::set(&mut tx, request.identity(), set, now).await?;
        let tier = member_tier(&found);
        audit::after(&tier);
        tx.commit().await?;
        Ok(SetMemberTierResponse { tier: Some(tier) })
    }

    async fn get_my_tier(
        &self,
        request: &Request<GetMyTierRequest>,
    ) -> Result<GetMyTierResponse, Problem> {
        let member = signed_in(request.identity())?;
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &request.get_ref().brand_id, &mut violations);
        let brand = violations.finish(brand)?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let all = store::tiers::programmes::list(&mut tx).await?;
        let Some(programme) = all.into_iter().find(|programme| programme.concerns(brand)) else {
            return Ok(GetMyTierResponse::default());
        };
        let current = programme.in_force(now);
        let tiers = current
            .map(|version| version.rules.rules.wire().tiers)
            .unwrap_or_default();
        let given = giving::rules::of_tiers(&mut tx, brand).await?;
        let gifts = tiers
            .iter()
            .flat_map(|tier| gifts_of(&tier.tier_id, &given));
        let gifts = gifts.take(MOST_GIFTS).collect();
        let found = view::of_member(&mut tx, programme, member, now).await?;
        let tier = found.as_ref().map(|found| wire::MemberTier {
            changes: Vec::new(),
            ..member_tier(found)
        });
        Ok(GetMyTierResponse { tier, tiers, gifts })
    }
}

/// What members of a tier are given.
fn gifts_of<'a>(tier: &str, rules: &'a [ShownRule]) -> impl Iterator<Item = TierGift> + use<'a> {
    let tier = tier.to_owned();
    rules.iter().filter_map(move |shown| {
        let draft = &shown.rule.draft;
        let named = draft.tiers.iter().any(|named| named.to_string() == tier);
        named.then(|| TierGift {
            tier_id: tier.clone(),
            occasion: draft.occasion.to_wire(),
            name: shown.coupon_name.clone(),
            count: draft.count,
        })
    })
}

fn programme_to_wire(shown: &Shown, now: DateTime<Utc>) -> wire::TierProgramme {
    let programme = &shown.programme;
    let versions = programme
        .versions
        .iter()
        .map(|version| wire::TierProgrammeVersion {
            version: version.number,
            state: programme.state(version, now).to_wire(),
            effective_at: Some(time::to_wire(version.effective_at)),
            rules: Some(version.rules.rules.wire()),
            mode: version.rules.mode.to_wire(),
            saved_at: Some(time::to_wire(version.saved_at)),
            saved_by: version.saved_by.to_string(),
        });
    let current = programme.in_force(now);
    let tiers = current
        .map(|version| version.rules.rules.tiers.as_slice())
        .unwrap_or_default();
    let count = |tier: Uuid| shown.members.get(&tier).copied().unwrap_or(0);
    let members = tiers.iter().map(|tier| TierMembers {
        tier_id: tier.id.to_string(),
        members: count(tier.id),
    });
    wire::TierProgramme {
        programme_id: programme.id.to_string(),
        scope: programme::scope(programme.brand).into(),
        brand_id: programme.brand.map(|id| id.to_string()),
        version: programme.version,
        versions: versions.collect(),
        members: members.collect(),
        members_to_judge: shown.due,
    }
}

fn member_tier(view: &MemberTierView) -> wire::MemberTier {
    // A member who never had another tier has the base one since joining.
    let since = view.standing.since.max(view.joined_at);
    wire::MemberTier {
        programme_id: view.programme.id.to_string(),
        scope: programme::scope(view.programme.brand).into(),
        brand_id: view.programme.brand.map(|id| id.to_string()),
        tier: Some(view.tier.wire.clone()),
        since: Some(time::to_wire(since)),
        valid_until: view.standing.valid_until.map(time::to_wire),
        manual: view.standing.cause == Cause::Manual,
        next_tier: view.next.as_ref().map(|tier| tier.wire.clone()),
        progress: Some(view.progress.to_wire()),
        missing: Some(view.missing.to_wire()),
        changes: view.changes.iter().map(change).collect(),
    }
}

fn change(change: &TierChange) -> wire::TierChange {
    wire::TierChange {
        at: Some(time::to_wire(change.at)),
        from_tier_id: change.from.to_string(),
        to_tier_id: change.to.to_string(),
        cause: change.cause.to_wire(),
        valid_until: change.valid_until.map(time::to_wire),
        order_id: change.order.map(|id| id.to_string()),
        operator: change.operator.map(|id| id.to_string()),
        reason: change.reason.clone(),
    }
}
