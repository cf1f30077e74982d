//! The RPCs of `PointsService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id,
    idempotency::Once,
    request, text, time,
};
use chrono::TimeDelta;
use proto::membership::v1::{
    AdjustPointsRequest, AdjustPointsResponse, DecidePointAdjustmentRequest,
    DecidePointAdjustmentResponse, GetMemberPointsRequest, GetMemberPointsResponse,
    GetMyPointsRequest, GetMyPointsResponse, GetPointsSumsRequest, GetPointsSumsResponse,
    ListMyPointEntriesRequest, ListMyPointEntriesResponse, ListPointAdjustmentsRequest,
    ListPointAdjustmentsResponse, ListPointEntriesRequest, ListPointEntriesResponse,
    ListPointsProgrammesRequest, ListPointsProgrammesResponse, PointsSum,
    PreviewPointsProgrammeRequest, PreviewPointsProgrammeResponse, SavePointsProgrammeRequest,
    SavePointsProgrammeResponse, WithdrawPointsProgrammeRequest, WithdrawPointsProgrammeResponse,
    points_service_server as server,
};
use tonic::Request;
use uuid::Uuid;

use super::{
    points_convert as convert,
    request::{optional_uuid, reason, signed_in, uuid},
    rpcs::rpcs,
};
use crate::{
    app::{
        Dependencies,
        points::{
            adjustments,
            programmes::{self, NewVersion},
            view,
        },
    },
    domain::{
        points::{entry::AccountKey, rules::Rules},
        programme,
    },
    store::points::{accounts, entries::Filter},
};

/// Longest period of sums.
const LONGEST_PERIOD: TimeDelta = TimeDelta::days(366);
/// Most goods of examples that a request adds.
const MOST_EXAMPLES: usize = 5;
/// Largest adjustment.
const LARGEST_ADJUSTMENT: i32 = 10_000;

/// The gRPC service.
pub struct PointsService {
    deps: Dependencies,
}

impl PointsService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    PointsService: server::PointsService {
        list_points_programmes(ListPointsProgrammesRequest) -> ListPointsProgrammesResponse;
        preview_points_programme(PreviewPointsProgrammeRequest) -> PreviewPointsProgrammeResponse;
        save_points_programme(SavePointsProgrammeRequest) -> SavePointsProgrammeResponse;
        withdraw_points_programme(WithdrawPointsProgrammeRequest) -> WithdrawPointsProgrammeResponse;
        get_member_points(GetMemberPointsRequest) -> GetMemberPointsResponse;
        list_point_entries(ListPointEntriesRequest) -> ListPointEntriesResponse;
        get_points_sums(GetPointsSumsRequest) -> GetPointsSumsResponse;
        adjust_points(AdjustPointsRequest) -> AdjustPointsResponse;
        list_point_adjustments(ListPointAdjustmentsRequest) -> ListPointAdjustmentsResponse;
        decide_point_adjustment(DecidePointAdjustmentRequest) -> DecidePointAdjustmentResponse;
        get_my_points(GetMyPointsRequest) -> GetMyPointsResponse;
        list_my_point_entries(ListMyPointEntriesRequest) -> ListMyPointEntriesResponse;
    }
}

impl PointsService {
    async fn list_points_programmes(
        &self,
        request: &Request<ListPointsProgrammesRequest>,
    ) -> Result<ListPointsProgrammesResponse, Problem> {
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let found = programmes::list(&mut tx, request.identity()).await?;
        let programmes = found
            .iter()
            .map(|(programme, outstanding)| convert::programme(programme, *outstanding, now));
        Ok(ListPointsProgrammesResponse {
            programmes: programmes.collect(),
        })
    }

    async fn preview_points_programme(
        &self,
        request: &Request<PreviewPointsProgrammeRequest>,
    ) -> Result<PreviewPointsProgrammeResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let programme = optional_uuid("programme_id", &asked.programme_id, &mut violations);
        let rules = request::required("rules", asked.rules.as_ref(), &mut violations);
        let rules = rules.and_then(|rules| Rules::parse(rules, "rules", &mut violations));
        if asked.goods.len() > MOST_EXAMPLES {
            let most = [("max", MOST_EXAMPLES)];
            violations.push_with("goods", CommonReason::ValidationFailed, most);
        }
        for (index, &goods) in asked.goods.iter().enumerate() {
            let field = format!("goods[{index}]");
            let reason = CommonReason::AmountOutOfRange;
            request::in_range(&field, goods, 0..=9_999_999, reason, &mut violations);
        }
        let rules = violations.finish(rules)?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let compared = programmes::compare(
            &mut tx,
            request.identity(),
            programme,
            &rules,
            &asked.goods,
            now,
        )
        .await?;
        Ok(PreviewPointsProgrammeResponse {
            examples: compared.examples,
            outstanding_points: compared.outstanding.points,
            liability_before: compared.liability_before,
            liability_after: compared.liability_after,
            members: compared.outstanding.members,
        })
    }

    async fn save_points_programme(
        &self,
        request: &Request<SavePointsProgrammeRequest>,
    ) -> Result<SavePointsProgrammeResponse, Problem> {
        let asked = request.get_ref();
        let now = self.deps.clock.now();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("SavePointsProgramme", key, asked, &mut violations);
        let known = optional_uuid("programme_id", &asked.programme_id, &mut violations);
        let brand = programme::parse_scope(asked.scope, &asked.brand_id, &mut violations);
        let start = programme::parse_start(asked.effective_at.as_ref(), now, &mut violations);
        let rules = request::required("rules", asked.rules.as_ref(), &mut violations);
        let rules = rules.and_then(|rules| Rules::parse(rules, "rules", &mut violations));
        let (brand, effective_at, rules) = violations.finish((brand, start, rules))?;
        let identity = request.identity();
        let (by, _) = identity.staff()?;
        let new = NewVersion {
            programme: known,
            read_at: asked.version,
            brand,
            effective_at,
            rules,
            replaces: (asked.replaces_version != 0).then_some(asked.replaces_version),
            by,
        };
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let (saved, outstanding) = programmes::save(tx, identity, new, now).await?;
                let programme = convert::programme(&saved, outstanding, now);
                audit::after(&programme);
                Ok::<_, Problem>(SavePointsProgrammeResponse {
                    programme: Some(programme),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn withdraw_points_programme(
        &self,
        request: &Request<WithdrawPointsProgrammeRequest>,
    ) -> Result<WithdrawPointsProgrammeResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = uuid("programme_id", &asked.programme_id, &mut violations);
        let id = violations.finish(id)?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (number, read_at) = (asked.withdrawn_version, asked.version);
        let (left, outstanding) =
            programmes::withdraw(&mut tx, request.identity(), id, number, read_at, now).await?;
        let programme = convert::programme(&left, outstanding, now);
        audit::after(&programme);
        tx.commit().await?;
        Ok(WithdrawPointsProgrammeResponse {
            programme: Some(programme),
        })
    }

    async fn get_member_points(
        &self,
        request: &Request<GetMemberPointsRequest>,
    ) -> Result<GetMemberPointsResponse, Problem> {
        let asked = request.get_ref();
        let now = self.deps.clock.now();
        let mut violations = Violations::new();
        let member = id::parse("member_id", &asked.member_id, &mut violations);
        let at = time::parse_optional("at", asked.at.as_ref(), &mut violations).unwrap_or(now);
        if at > now {
            violations.push("at", CommonReason::InTheFuture);
        }
        let member = violations.finish(member)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        adjustments::require_member(&mut tx, member).await?;
        let programmes = view::visible(&mut tx, request.identity()).await?;
        let found = view::accounts_of(&mut tx, member, programmes, at, now).await?;
        Ok(GetMemberPointsResponse {
            at: Some(time::to_wire(at)),
            accounts: found
                .iter()
                .map(|view| convert::account(view, at))
                .collect(),
        })
    }

    async fn list_point_entries(
        &self,
        request: &Request<ListPointEntriesRequest>,
    ) -> Result<ListPointEntriesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let member = id::parse_optional("member_id", &asked.member_id, &mut violations);
        let phone = (!asked.phone.is_empty())
            .then(|| text::phone_mobile("phone", &asked.phone, &mut violations));
        let order = id::parse_optional("order_id", &asked.order_id, &mut violations);
        let number = text::folded(&asked.order_number).to_uppercase();
        let programme = optional_uuid("programme_id", &asked.programme_id, &mut violations);
        let kind = request::optional_choice("kind", asked.kind, &mut violations);
        let from = time::parse_optional("from", asked.from.as_ref(), &mut violations);
        let until = time::parse_optional("until", asked.until.as_ref(), &mut violations);
        if from.zip(until).is_some_and(|(from, until)| until <= from) {
            violations.push("until", CommonReason::PeriodInvalid);
        }
        let page = request::page(asked.page_size, &asked.page_token, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let visible = view::visible(&mut tx, request.identity()).await?;
        let visible: Vec<Uuid> = visible
            .iter()
            .map(|known| known.id)
            .filter(|known| programme.is_none_or(|programme| *known == programme))
            .collect();
        let mut filter = Filter {
            member,
            order,
            order_number: (!number.is_empty()).then_some(number),
            programmes: Some(visible),
            kind,
            from,
            until,
        };
        if let Some(phone) = phone {
            let found = accounts::find_by_phone(&mut tx, &phone).await?;
            let is_other = member.is_some_and(|member| found != Some(member));
            let Some(found) = found.filter(|_| !is_other) else {
                return Ok(ListPointEntriesResponse::default());
            };
            filter.member = Some(found);
        }
        let page = view::list_entries(&mut tx, &filter, &page).await?;
        Ok(ListPointEntriesResponse {
            entries: page.items.iter().map(convert::entry).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn get_points_sums(
        &self,
        request: &Request<GetPointsSumsRequest>,
    ) -> Result<GetPointsSumsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let programme = uuid("programme_id", &asked.programme_id, &mut violations);
        let from = time::parse_required("from", asked.from.as_ref(), &mut violations);
        let until = time::parse_required("until", asked.until.as_ref(), &mut violations);
        if let Some((from, until)) = from.zip(until)
            && (until <= from || until - from > LONGEST_PERIOD)
        {
            let longest = [("max_days", LONGEST_PERIOD.num_days())];
            violations.push_with("until", CommonReason::PeriodInvalid, longest);
        }
        let (programme, from, until) = violations.finish((programme, from, until))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let found = view::sums(&mut tx, request.identity(), programme, from, until).await?;
        let sums = found.sums.iter().map(|sum| PointsSum {
            kind: sum.kind.to_wire(),
            entries: sum.entries,
            points: sum.points,
            debt: sum.debt,
        });
        Ok(GetPointsSumsResponse {
            sums: sums.collect(),
            points_before: found.before,
            points_after: found.after,
            liability_after: found.liability,
        })
    }

    async fn adjust_points(
        &self,
        request: &Request<AdjustPointsRequest>,
    ) -> Result<AdjustPointsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("AdjustPoints", key, asked, &mut violations);
        let member = id::parse("member_id", &asked.member_id, &mut violations);
        let programme = uuid("programme_id", &asked.programme_id, &mut violations);
        let range = -LARGEST_ADJUSTMENT..=LARGEST_ADJUSTMENT;
        let wrong = CommonReason::AmountOutOfRange;
        let points = request::in_range("points", asked.points, range, wrong, &mut violations);
        if points == 0 {
            violations.push("points", wrong);
        }
        let reason = reason("reason", &asked.reason, &mut violations);
        let (member, programme) = violations.finish((member, programme))?;
        let (identity, now) = (request.identity(), self.deps.clock.now());
        let account = AccountKey { member, programme };
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let requested =
                    adjustments::request(tx, identity, account, points, reason, now).await?;
                let adjustment = convert::adjustment(&requested);
                audit::after(&adjustment);
                Ok::<_, Problem>(AdjustPointsResponse {
                    adjustment: Some(adjustment),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn list_point_adjustments(
        &self,
        request: &Request<ListPointAdjustmentsRequest>,
    ) -> Result<ListPointAdjustmentsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let state = request::optional_choice("state", asked.state, &mut violations);
        let member = id::parse_optional("member_id", &asked.member_id, &mut violations);
        let page = request::page(asked.page_size, &asked.page_token, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (after, limit) = (page.after, page.limit());
        let list = crate::store::points::adjustments::list;
        let found = list(&mut tx, state, member, after, limit).await?;
        let page = page.page(found, |last| last.id);
        Ok(ListPointAdjustmentsResponse {
            adjustments: page.items.iter().map(convert::adjustment).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn decide_point_adjustment(
        &self,
        request: &Request<DecidePointAdjustmentRequest>,
    ) -> Result<DecidePointAdjustmentResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = uuid("adjustment_id", &asked.adjustment_id, &mut violations);
        let note = if asked.approve {
            text::bounded("note", &asked.note, 0..=200, &mut violations)
        } else {
            reason("note", &asked.note, &mut violations)
        };
        let id = violations.finish(id)?;
        let (identity, now) = (request.identity(), self.deps.clock.now());
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (before, after) =
            adjustments::decide(&mut tx, identity, id, asked.approve, note, now).await?;
        audit::before(&convert::adjustment(&before));
        let adjustment = convert::adjustment(&after);
        audit::after(&adjustment);
        tx.commit().await?;
        Ok(DecidePointAdjustmentResponse {
            adjustment: Some(adjustment),
        })
    }

    async fn get_my_points(
        &self,
        request: &Request<GetMyPointsRequest>,
    ) -> Result<GetMyPointsResponse, Problem> {
        let member = signed_in(request.identity())?;
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &request.get_ref().brand_id, &mut violations);
        let brand = violations.finish(brand)?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let mut programmes = crate::store::points::programmes::list(&mut tx).await?;
        programmes.retain(|programme| programme.concerns(brand));
        let found = view::accounts_of(&mut tx, member, programmes, now, now).await?;
        let first = found.first();
        let rules = first.and_then(|view| view.programme.in_force(now));
        Ok(GetMyPointsResponse {
            account: first.map(|view| convert::account(view, now)),
            rules: rules.map(|version| version.rules.wire().clone()),
        })
    }

    async fn list_my_point_entries(
        &self,
        request: &Request<ListMyPointEntriesRequest>,
    ) -> Result<ListMyPointEntriesResponse, Problem> {
        let member = signed_in(request.identity())?;
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let page = request::page_or(20, asked.page_size, &asked.page_token, &mut violations);
        let brand = violations.finish(brand)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let programmes = crate::store::points::programmes::list(&mut tx).await?;
        let concerned = programmes
            .iter()
            .filter(|programme| programme.concerns(brand));
        let filter = Filter {
            member: Some(member),
            programmes: Some(concerned.map(|programme| programme.id).collect()),
            ..Filter::default()
        };
        let page = view::list_entries(&mut tx, &filter, &page).await?;
        let entries = page.items.iter().map(|entry| {
            let mut shown = convert::entry(entry);
            shown.operator = None;
            shown.reason = String::new();
            shown
        });
        Ok(ListMyPointEntriesResponse {
            entries: entries.collect(),
            next_page_token: page.next_page_token,
        })
    }
}
