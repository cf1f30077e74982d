//! Templates, and pictures of slips.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use proto::printing::v1::{
    CreateTemplateRequest, DeleteTemplateRequest, Document, DocumentTemplate,
    GetDefaultTemplateRequest, ListTemplatesRequest, Paper, PreviewPrintJobRequest,
    PreviewTemplateRequest, PrintTrigger, Template, TemplateBlock, TemplateLayout,
    UpdateTemplateRequest,
};
use tonic::Status;

use crate::common::{Shop, Step, fields, reason};

const DOCUMENT: Document = Document::KitchenSlip;

async fn default_layout(shop: &Shop, document: Document, paper: Paper) -> TemplateLayout {
    let request = GetDefaultTemplateRequest {
        document: document.into(),
        paper: paper.into(),
    };
    let found = shop.templates().get_default_template(request).await;
    let found = found.unwrap().into_inner();
    assert!(
        found
            .kinds
            .iter()
            .any(|kind| kind == "items" || kind == "changes" || kind == "sample")
    );
    found.layout.unwrap()
}

async fn create(shop: &Shop, key: &str, layout: TemplateLayout) -> Result<Template, Status> {
    let request = CreateTemplateRequest {
        idempotency_key: key.to_owned(),
        brand_id: shop.brand.to_string(),
        template: Some(Template {
            name: "大字".to_owned(),
            document: DOCUMENT.into(),
            paper: Paper::Mm58.into(),
            layout: Some(layout),
            ..Default::default()
        }),
    };
    let created = shop.templates().create_template(request).await?;
    Ok(created.into_inner().template.unwrap())
}

/// The default with a text of the shop's own at its end.
async fn own_layout(shop: &Shop) -> TemplateLayout {
    let mut layout = default_layout(shop, DOCUMENT, Paper::Mm58).await;
    let last = layout.blocks.last().unwrap().clone();
    layout.blocks.push(TemplateBlock {
        kind: "text".to_owned(),
        text: "辛苦了".to_owned(),
        visible: true,
        ..last
    });
    layout
}

#[tokio::test]
async fn every_default_can_be_saved_and_drawn() {
    let shop = Shop::open().await;
    for document in 1..=7 {
        for paper in 1..=3 {
            let layout = default_layout(
                &shop,
                Document::try_from(document).unwrap(),
                Paper::try_from(paper).unwrap(),
            )
            .await;
            let request = PreviewTemplateRequest {
                document,
                paper,
                layout: Some(layout),
                per: 0,
            };
            let drawn = shop.templates().preview_template(request).await.unwrap();
            let pages = drawn.into_inner().pages;
            assert!(!pages.is_empty(), "{document} on {paper}");
            for page in pages {
                let png = BASE64_STANDARD.decode(page).unwrap();
                assert!(png.starts_with(b"\x89PNG"), "{document} on {paper}");
            }
        }
    }
}

#[tokio::test]
async fn slips_have_the_template_of_their_print_point_until_it_is_archived() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop
        .prints(printer, "廚房", DOCUMENT, PrintTrigger::Placed)
        .await;
    let template = create(&shop, "t", own_layout(&shop).await).await.unwrap();
    shop.change_point(&point, |point| {
        point.templates = vec![DocumentTemplate {
            document: DOCUMENT.into(),
            template_id: template.template_id.clone(),
        }];
    })
    .await;
    let says = async |number: &str, expected: bool| {
        let mut order = shop.order(number);
        shop.step(&mut order, Step::Placed).await;
        let slips = shop.print_all(printer).await;
        assert_eq!(slips[0].join(" ").contains("辛苦了"), expected, "{slips:?}");
    };
    says("001", true).await;
    let delete = DeleteTemplateRequest {
        template_id: template.template_id,
        version: template.version,
    };
    shop.templates().delete_template(delete).await.unwrap();
    says("002", false).await;
}

#[tokio::test]
async fn a_template_that_cannot_be_printed_by_is_refused_where_it_is_wrong() {
    let shop = Shop::open().await;
    let layout = own_layout(&shop).await;
    let with = |change: &dyn Fn(&mut TemplateLayout)| {
        let mut changed = layout.clone();
        change(&mut changed);
        changed
    };
    let block = TemplateBlock {
        kind: "hologram".to_owned(),
        ..layout.blocks[0].clone()
    };
    let unknown = with(&|layout| layout.blocks.push(block.clone()));
    let refused = create(&shop, "a", unknown).await;
    let Err(status) = &refused else {
        panic!("refused")
    };
    let problem = chassis::error::Problem::from_status(status);
    assert_eq!(problem.reason, "TEMPLATE_INVALID");
    let last = format!("template.layout.blocks[{}]", layout.blocks.len());
    assert_eq!(fields(refused), [last]);

    let nothing = with(&|layout| layout.blocks.clear());
    assert_eq!(
        reason(create(&shop, "b", nothing).await),
        "TEMPLATE_INVALID"
    );
    let many = with(&|layout| {
        let space = TemplateBlock {
            kind: "space".to_owned(),
            text: String::new(),
            ..layout.blocks[0].clone()
        };
        layout.blocks.resize(61, space);
    });
    assert_eq!(reason(create(&shop, "c", many).await), "TEMPLATE_INVALID");
    let no_size = with(&|layout| layout.blocks[0].size = 0);
    let refused = create(&shop, "d", no_size).await;
    assert_eq!(fields(refused), ["template.layout.blocks[0].size"]);
    let no_picture = with(&|layout| layout.logo_png = "bm90aGluZw==".to_owned());
    let refused = create(&shop, "e", no_picture).await;
    assert_eq!(reason(refused), "MEDIA_INVALID");
    let heavy = with(&|layout| layout.logo_png = BASE64_STANDARD.encode(vec![0; 131_073]));
    assert_eq!(reason(create(&shop, "f", heavy).await), "FILE_TOO_LARGE");
}

#[tokio::test]
async fn a_template_keeps_its_document_and_its_version() {
    let shop = Shop::open().await;
    let template = create(&shop, "t", own_layout(&shop).await).await.unwrap();
    let update = |change: &dyn Fn(&mut Template)| {
        let mut changed = template.clone();
        change(&mut changed);
        UpdateTemplateRequest {
            template_id: template.template_id.clone(),
            template: Some(changed),
        }
    };
    let other = update(&|template| template.paper = Paper::Mm80.into());
    let refused = shop.templates().update_template(other).await;
    assert_eq!(fields(refused), ["template.paper"]);
    let renamed = || update(&|template| "小字".clone_into(&mut template.name));
    shop.templates().update_template(renamed()).await.unwrap();
    let refused = shop.templates().update_template(renamed()).await;
    assert_eq!(reason(refused), "VERSION_CONFLICT");
    let list = ListTemplatesRequest {
        brand_id: shop.brand.to_string(),
        ..Default::default()
    };
    let found = shop.templates().list_templates(list).await.unwrap();
    let found = found.into_inner().templates;
    assert_eq!((found.len(), found[0].name.as_str()), (1, "小字"));
}

#[tokio::test]
async fn the_slips_of_a_job_can_be_seen_and_a_pairing_code_cannot() {
    let shop = Shop::open().await;
    let created = shop
        .create_device("S-1", proto::printing::v1::PrintChannel::StarCloudprnt)
        .await
        .unwrap();
    let key = shop.key(&created.device.unwrap());
    shop.online(key).await;
    let pairing = shop.next(key).await.unwrap();
    let preview = |job: String| PreviewPrintJobRequest { job_id: job };
    let refused = shop
        .jobs()
        .preview_print_job(preview(pairing.job.to_string()))
        .await;
    assert_eq!(reason(refused), "NOT_FOUND");
    shop.print(key, &pairing).await;
    let request = proto::printing::v1::PairDeviceRequest {
        device_id: key.device.to_string(),
        code: crate::common::pairing_code(&pairing),
    };
    shop.devices().pair_device(request).await.unwrap();

    shop.prints(key, "廚房", DOCUMENT, PrintTrigger::Placed)
        .await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.all_jobs().await.remove(0);
    let drawn = shop.jobs().preview_print_job(preview(job.job_id)).await;
    let pages = drawn.unwrap().into_inner().pages;
    assert!(
        BASE64_STANDARD
            .decode(&pages[0])
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}
