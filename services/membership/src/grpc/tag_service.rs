//! The RPCs of `TagService`.

use std::collections::BTreeSet;

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, MemberId, TagId},
    idempotency::Once,
    request, text, time,
};
use proto::membership::v1::{
    self as wire, ArchiveTagRequest, ArchiveTagResponse, ChangeMemberTagsRequest,
    ChangeMemberTagsResponse, CreateTagBatchRequest, CreateTagBatchResponse, CreateTagRequest,
    CreateTagResponse, ListMemberTagsRequest, ListMemberTagsResponse, ListTagBatchesRequest,
    ListTagBatchesResponse, ListTagsRequest, ListTagsResponse, MergeTagsRequest, MergeTagsResponse,
    PreviewTagRuleRequest, PreviewTagRuleResponse, UndoTagBatchRequest, UndoTagBatchResponse,
    UpdateTagRequest, UpdateTagResponse, tag_service_server as server,
};
use tonic::Request;
use uuid::Uuid;

use super::{
    request::{optional_uuid, uuid},
    rpcs::rpcs,
    tag_convert::{batch, batch_response, member_tag, small, tag, tag_change},
};
use crate::{
    app::{
        Dependencies, scope,
        tags::{
            automatic,
            batches::{self, Target},
            change::{self, TagFields},
            of_member,
        },
    },
    domain::{tag_rule::TagRule, tags::MOST_ACTIVE, tiers::rules::check_colour},
    store::tags::{self, filter::MemberFilter, owners},
};

/// Most phones of a batch.
const MOST_PHONES: usize = 20_000;
/// Most changes of a member that are shown.
const MOST_CHANGES: i64 = 100;
/// Most tags of a request.
const MOST_TAGS: usize = 50;

/// The gRPC service.
pub struct TagService {
    deps: Dependencies,
}

impl TagService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    TagService: server::TagService {
        list_tags(ListTagsRequest) -> ListTagsResponse;
        create_tag(CreateTagRequest) -> CreateTagResponse;
        update_tag(UpdateTagRequest) -> UpdateTagResponse;
        merge_tags(MergeTagsRequest) -> MergeTagsResponse;
        archive_tag(ArchiveTagRequest) -> ArchiveTagResponse;
        list_member_tags(ListMemberTagsRequest) -> ListMemberTagsResponse;
        change_member_tags(ChangeMemberTagsRequest) -> ChangeMemberTagsResponse;
        create_tag_batch(CreateTagBatchRequest) -> CreateTagBatchResponse;
        list_tag_batches(ListTagBatchesRequest) -> ListTagBatchesResponse;
        undo_tag_batch(UndoTagBatchRequest) -> UndoTagBatchResponse;
        preview_tag_rule(PreviewTagRuleRequest) -> PreviewTagRuleResponse;
    }
}

impl TagService {
    async fn list_tags(
        &self,
        request: &Request<ListTagsRequest>,
    ) -> Result<ListTagsResponse, Problem> {
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let found = tags::list(&mut tx, request.get_ref().with_archived).await?;
        Ok(ListTagsResponse {
            tags: found.iter().map(tag).collect(),
            most_active: i32::try_from(MOST_ACTIVE).unwrap_or(i32::MAX),
        })
    }

    async fn create_tag(
        &self,
        request: &Request<CreateTagRequest>,
    ) -> Result<CreateTagResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreateTag", key, asked, &mut violations);
        let fields = TagFields {
            allow_similar: asked.allow_similar,
            rule: rule(asked.rule.as_ref(), &mut violations),
            ..fields(
                &asked.name,
                &asked.colour,
                &asked.group_name,
                &asked.description,
                &mut violations,
            )
        };
        violations.into_result()?;
        let (identity, now) = (request.identity(), self.deps.clock.now());
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let created = tag(&change::create(tx, identity, fields, now).await?);
                audit::after(&created);
                Ok::<_, Problem>(CreateTagResponse { tag: Some(created) })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn update_tag(
        &self,
        request: &Request<UpdateTagRequest>,
    ) -> Result<UpdateTagResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = uuid("tag_id", &asked.tag_id, &mut violations);
        let fields = TagFields {
            allow_similar: asked.allow_similar,
            rule: rule(asked.rule.as_ref(), &mut violations),
            rule_paused: asked.rule_paused,
            ..fields(
                &asked.name,
                &asked.colour,
                &asked.group_name,
                &asked.description,
                &mut violations,
            )
        };
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (identity, now) = (request.identity(), self.deps.clock.now());
        let (before, after) =
            change::update(&mut tx, identity, id, asked.version, fields, now).await?;
        audit::before(&tag(&before));
        let after = tag(&after);
        audit::after(&after);
        tx.commit().await?;
        Ok(UpdateTagResponse { tag: Some(after) })
    }

    async fn merge_tags(
        &self,
        request: &Request<MergeTagsRequest>,
    ) -> Result<MergeTagsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = uuid("tag_id", &asked.tag_id, &mut violations);
        let into = uuid("into_tag_id", &asked.into_tag_id, &mut violations);
        let (id, into) = violations.finish((id, into))?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let stays =
            change::merge(&mut tx, request.identity(), id, asked.version, into, now).await?;
        let stays = tag(&stays);
        audit::after(&stays);
        tx.commit().await?;
        Ok(MergeTagsResponse { tag: Some(stays) })
    }

    async fn archive_tag(
        &self,
        request: &Request<ArchiveTagRequest>,
    ) -> Result<ArchiveTagResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = uuid("tag_id", &asked.tag_id, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (identity, version) = (request.identity(), asked.version);
        let (before, after) =
            change::archive(&mut tx, identity, id, version, asked.archived).await?;
        audit::before(&tag(&before));
        let after = tag(&after);
        audit::after(&after);
        tx.commit().await?;
        Ok(ArchiveTagResponse { tag: Some(after) })
    }

    async fn list_member_tags(
        &self,
        request: &Request<ListMemberTagsRequest>,
    ) -> Result<ListMemberTagsResponse, Problem> {
        let mut violations = Violations::new();
        let member = id::parse("member_id", &request.get_ref().member_id, &mut violations);
        let member: MemberId = violations.finish(member)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        if owners::lock_members(&mut tx, &[member.as_uuid()])
            .await?
            .is_empty()
        {
            return Err(Problem::not_found("member"));
        }
        let owned = owners::of_member(&mut tx, member).await?;
        let changes = owners::changes_of_member(&mut tx, member, MOST_CHANGES).await?;
        Ok(ListMemberTagsResponse {
            tags: owned.iter().map(member_tag).collect(),
            changes: changes.iter().map(tag_change).collect(),
        })
    }

    async fn change_member_tags(
        &self,
        request: &Request<ChangeMemberTagsRequest>,
    ) -> Result<ChangeMemberTagsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let member = id::parse("member_id", &asked.member_id, &mut violations);
        let add = ids("add_tag_ids", &asked.add_tag_ids, &mut violations);
        let remove = ids("remove_tag_ids", &asked.remove_tag_ids, &mut violations);
        let member = violations.finish(member)?;
        let (by, _) = request.identity().staff()?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let after = of_member::change(&mut tx, member, &add, &remove, by, now).await?;
        tx.commit().await?;
        Ok(ChangeMemberTagsResponse {
            tags: after.iter().map(member_tag).collect(),
        })
    }

    async fn create_tag_batch(
        &self,
        request: &Request<CreateTagBatchRequest>,
    ) -> Result<CreateTagBatchResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreateTagBatch", key, asked, &mut violations);
        let id = uuid("tag_id", &asked.tag_id, &mut violations);
        let (target, invalid) = target(asked, &mut violations);
        let (id, target) = violations.finish((id, target))?;
        let (identity, now) = (request.identity(), self.deps.clock.now());
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let (add, dry_run) = (asked.add, asked.dry_run);
                let outcome =
                    batches::carry_out(tx, identity, id, add, &target, dry_run, now).await?;
                Ok::<_, Problem>(batch_response(&outcome, invalid))
            })
            .await?;
        // A dry run leaves nothing behind, so that its key can carry the batch out.
        if asked.dry_run {
            tx.rollback().await?;
        } else {
            tx.commit().await?;
        }
        Ok(response)
    }

    async fn list_tag_batches(
        &self,
        request: &Request<ListTagBatchesRequest>,
    ) -> Result<ListTagBatchesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let tag = optional_uuid("tag_id", &asked.tag_id, &mut violations);
        let page = request::page_or(20, asked.page_size, &asked.page_token, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let found = tags::batches::list(&mut tx, tag, page.after, page.limit()).await?;
        let page = page.page(found, |last| last.id);
        Ok(ListTagBatchesResponse {
            batches: page.items.iter().map(batch).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn undo_tag_batch(
        &self,
        request: &Request<UndoTagBatchRequest>,
    ) -> Result<UndoTagBatchResponse, Problem> {
        let mut violations = Violations::new();
        let id = uuid("batch_id", &request.get_ref().batch_id, &mut violations);
        let id = violations.finish(id)?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (undone, changed, left_alone) =
            batches::undo(&mut tx, request.identity(), id, now).await?;
        let undone = batch(&undone);
        audit::after(&undone);
        tx.commit().await?;
        Ok(UndoTagBatchResponse {
            batch: Some(undone),
            changed: small(changed),
            left_alone: small(left_alone),
        })
    }

    async fn preview_tag_rule(
        &self,
        request: &Request<PreviewTagRuleRequest>,
    ) -> Result<PreviewTagRuleResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let tag = optional_uuid("tag_id", &asked.tag_id, &mut violations);
        let sent = request::required("rule", asked.rule.as_ref(), &mut violations);
        let rule = rule(sent, &mut violations);
        let rule = violations.finish(rule)?;
        scope::require_wide(request.identity())?;
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (matched, given, taken) = automatic::preview(&mut tx, &rule, tag, now).await?;
        tx.rollback().await?;
        Ok(PreviewTagRuleResponse {
            matched,
            given,
            taken,
        })
    }
}

fn fields(
    name: &str,
    colour: &str,
    group_name: &str,
    description: &str,
    violations: &mut Violations,
) -> TagFields {
    check_colour("colour", colour, violations);
    TagFields {
        name: text::bounded("name", name, 1..=20, violations),
        colour: colour.to_lowercase(),
        group_name: text::bounded("group_name", group_name, 0..=20, violations),
        description: text::bounded("description", description, 0..=200, violations),
        allow_similar: false,
        rule: None,
        rule_paused: false,
    }
}

fn rule(sent: Option<&wire::TagRule>, violations: &mut Violations) -> Option<TagRule> {
    TagRule::parse(sent?, "rule", violations)
}

fn ids(field: &str, raw: &[String], violations: &mut Violations) -> Vec<Uuid> {
    let ids = request::ids::<TagId>(field, raw, MOST_TAGS, violations);
    ids.into_iter().map(Uuid::from).collect()
}

/// Whom a batch is for, and how many phones are none.
fn target(asked: &CreateTagBatchRequest, violations: &mut Violations) -> (Option<Target>, i32) {
    if asked.phones.is_empty() == asked.filter.is_none() {
        violations.push("phones", CommonReason::EmptyTarget);
        return (None, 0);
    }
    if let Some(given) = &asked.filter {
        let filter = MemberFilter {
            tiers: ids("filter.tier_ids", &given.tier_ids, violations),
            tags: ids("filter.tag_ids", &given.tag_ids, violations),
            without: ids("filter.without_tag_ids", &given.without_tag_ids, violations),
            joined_from: time::parse_optional(
                "filter.joined_from",
                given.joined_from.as_ref(),
                violations,
            ),
            joined_until: time::parse_optional(
                "filter.joined_until",
                given.joined_until.as_ref(),
                violations,
            ),
            min_orders: given.min_orders.max(0).into(),
            last_order_before: time::parse_optional(
                "filter.last_order_before",
                given.last_order_before.as_ref(),
                violations,
            ),
        };
        if filter == MemberFilter::default() {
            violations.push("filter", CommonReason::EmptyTarget);
        }
        return (Some(Target::Filter(filter)), 0);
    }
    if asked.phones.len() > MOST_PHONES {
        let most = [("max", MOST_PHONES)];
        violations.push_with("phones", CommonReason::ValidationFailed, most);
        return (None, 0);
    }
    let (mut phones, mut invalid) = (BTreeSet::new(), 0);
    for raw in &asked.phones {
        let mut wrong = Violations::new();
        let phone = text::phone_mobile("phones", raw, &mut wrong);
        if wrong.is_empty() {
            phones.insert(phone);
        } else {
            invalid += 1;
        }
    }
    (Some(Target::Phones(phones)), invalid)
}
