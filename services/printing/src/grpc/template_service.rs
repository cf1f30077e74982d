//! The RPCs of `TemplateService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, PrintTemplateId},
    idempotency::Once,
    request::{self, PageRequest},
};
use print_render::Template as Layout;
use proto::printing::v1::{
    CreateTemplateRequest, CreateTemplateResponse, DeleteTemplateRequest, DeleteTemplateResponse,
    GetDefaultTemplateRequest, GetDefaultTemplateResponse, ListTemplatesRequest,
    ListTemplatesResponse, PreviewTemplateRequest, PreviewTemplateResponse, UpdateTemplateRequest,
    UpdateTemplateResponse, template_service_server as server,
};
use tonic::Request;

use super::{request::rpcs, template_convert as convert};
use crate::{
    app::{Dependencies, slips, templates},
    domain::{
        device::Paper,
        document::{Document, Per},
    },
};

/// The gRPC service.
pub struct TemplateService {
    deps: Dependencies,
}

impl TemplateService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    TemplateService: server::TemplateService {
        list_templates(ListTemplatesRequest) -> ListTemplatesResponse;
        get_default_template(GetDefaultTemplateRequest) -> GetDefaultTemplateResponse;
        create_template(CreateTemplateRequest) -> CreateTemplateResponse;
        update_template(UpdateTemplateRequest) -> UpdateTemplateResponse;
        delete_template(DeleteTemplateRequest) -> DeleteTemplateResponse;
        preview_template(PreviewTemplateRequest) -> PreviewTemplateResponse;
    }
}

impl TemplateService {
    async fn list_templates(
        &self,
        request: &Request<ListTemplatesRequest>,
    ) -> Result<ListTemplatesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let page: PageRequest<(String, PrintTemplateId)> =
            request::page(asked.page_size, &asked.page_token, &mut violations);
        let brand = violations.finish(brand)?;
        let (org, identity) = (request.org()?, request.identity());
        let (after, limit) = (page.after.as_ref(), page.limit());
        let found = templates::list(&self.deps, identity, org, brand, after, limit).await?;
        let page = page.page(found, |last| (last.name.clone(), last.id));
        Ok(ListTemplatesResponse {
            templates: page.items.iter().map(convert::template).collect(),
            next_page_token: page.next_page_token.unwrap_or_default(),
        })
    }

    async fn get_default_template(
        &self,
        request: &Request<GetDefaultTemplateRequest>,
    ) -> Result<GetDefaultTemplateResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let document: Option<Document> =
            request::choice("document", asked.document, &mut violations);
        let paper: Option<Paper> = request::choice("paper", asked.paper, &mut violations);
        let (document, paper) = violations.finish((document, paper))?;
        let layout = Layout::standard(slips::kind(document), slips::paper(paper));
        Ok(GetDefaultTemplateResponse {
            layout: Some(convert::layout_to_wire(&layout)),
            kinds: convert::kinds(document),
        })
    }

    async fn create_template(
        &self,
        request: &Request<CreateTemplateRequest>,
    ) -> Result<CreateTemplateResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreateTemplate", key, asked, &mut violations);
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let given = request::required("template", asked.template.as_ref(), &mut violations);
        let id = PrintTemplateId::new(&*self.deps.clock);
        let template = given
            .zip(brand)
            .and_then(|(given, brand)| convert::parse_template(given, id, brand, &mut violations));
        let template = violations.finish(template)?;
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                templates::create(&self.deps, tx, identity, &template).await?;
                let created = convert::template(&template);
                audit::after(&created);
                Ok::<_, Problem>(CreateTemplateResponse {
                    template: Some(created),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn update_template(
        &self,
        request: &Request<UpdateTemplateRequest>,
    ) -> Result<UpdateTemplateResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("template_id", &asked.template_id, &mut violations);
        let given = request::required("template", asked.template.as_ref(), &mut violations);
        let (id, given) = violations.finish((id, given))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let before = templates::lock(&mut tx, request.identity(), id).await?;
        let mut violations = Violations::new();
        let after = convert::parse_template(given, id, before.brand, &mut violations);
        if given.document != before.document.to_wire() {
            violations.push("template.document", CommonReason::ValidationFailed);
        }
        if given.paper != before.paper.to_wire() {
            violations.push("template.paper", CommonReason::ValidationFailed);
        }
        let after = violations.finish(after)?;
        let after = templates::update(&mut tx, &before, given.version, after).await?;
        audit::before(&convert::template(&before));
        let template = convert::template(&after);
        audit::after(&template);
        tx.commit().await?;
        Ok(UpdateTemplateResponse {
            template: Some(template),
        })
    }

    async fn delete_template(
        &self,
        request: &Request<DeleteTemplateRequest>,
    ) -> Result<DeleteTemplateResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("template_id", &asked.template_id, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let template = templates::lock(&mut tx, request.identity(), id).await?;
        templates::archive(&mut tx, &template, asked.version).await?;
        audit::removed(&convert::template(&template));
        tx.commit().await?;
        Ok(DeleteTemplateResponse {})
    }

    async fn preview_template(
        &self,
        request: &Request<PreviewTemplateRequest>,
    ) -> Result<PreviewTemplateResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let document: Option<Document> =
            request::choice("document", asked.document, &mut violations);
        let paper: Option<Paper> = request::choice("paper", asked.paper, &mut violations);
        let per: Option<Per> = request::optional_choice("per", asked.per, &mut violations);
        let layout =
            document
                .zip(paper)
                .and_then(|(document, paper)| match asked.layout.as_ref() {
                    Some(given) => {
                        convert::parse_layout("layout", given, document, paper, &mut violations)
                    }
                    None => Some(Layout::standard(slips::kind(document), slips::paper(paper))),
                });
        let (document, paper, layout) = violations.finish((document, paper, layout))?;
        let now = self.deps.clock.now();
        let per = per.unwrap_or(Per::Order);
        let drawn = slips::sample(document, paper, &layout, per, now);
        Ok(PreviewTemplateResponse {
            pages: convert::pictures(drawn).await?,
        })
    }
}
