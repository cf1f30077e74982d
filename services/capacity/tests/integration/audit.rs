//! What a change leaves in its audit record.

use crate::common::{
    Shop,
    limits::{each_slot, rule},
    pauses::Tea,
    response,
};
use chassis::{audit, inbox::Received};
use futures::{StreamExt as _, stream::BoxStream};
use proto::{
    capacity::v1::{
        Component, CopyLimitsRequest, DeleteLimitTemplateRequest, ImportStockRequest, LimitMeasure,
        LimitTemplate, SaveLimitTemplateRequest, StockName,
    },
    common::v1::AuditRecord,
};

struct Records(BoxStream<'static, Received>);

impl Records {
    async fn listen(shop: &Shop) -> Self {
        Self(shop.listen(&[audit::EVENT]).await)
    }

    /// The next record of an action.
    async fn next(&mut self, action: &str) -> AuditRecord {
        loop {
            let event = self.0.next().await.unwrap();
            let record: AuditRecord = event.decode().unwrap();
            if record.action == action {
                return record;
            }
        }
    }
}

/// The changed fields with their values before and after; empty for none.
fn changes(record: &AuditRecord) -> Vec<(&str, &str, &str)> {
    let changes = record.changes.iter();
    changes
        .map(|it| (it.field.as_str(), it.before(), it.after()))
        .collect()
}

#[tokio::test]
async fn a_pause_is_recorded_with_what_it_stops_and_when_it_ended() {
    let shop = Shop::open().await;
    let mut records = Records::listen(&shop).await;
    let request = shop.pause_of(Tea::new().as_product());
    let pause = shop.pause(request).await.unwrap();
    let created = records.next("capacity.CreatePause").await;
    assert_eq!(
        (&*created.object_type, &*created.object_id),
        ("pause", &*pause.pause_id)
    );
    for expected in [
        ("target_name", "", "紅玉紅茶"),
        ("reason", "", "PAUSE_REASON_EQUIPMENT"),
        ("end.kind", "", "PAUSE_END_KIND_TODAY"),
    ] {
        assert!(changes(&created).contains(&expected), "{created:?}");
    }

    shop.resume(&pause).await.unwrap();
    let resumed = records.next("capacity.ResumePause").await;
    let ended = format!("ended.{}", shop.branch);
    assert_eq!(
        changes(&resumed),
        [(&*ended, "", "2026-09-02T04:00:00Z, resumed")]
    );
    for record in [created, resumed] {
        let text = format!("{record:?}");
        assert!(!text.contains("王小明"), "a name of staff: {text}");
    }
}

#[tokio::test]
async fn a_component_is_recorded_as_it_was_and_as_it_is() {
    let shop = Shop::open().await;
    let mut records = Records::listen(&shop).await;
    let component = shop.named_component("珍珠").await.unwrap();
    let created = records.next("capacity.SaveComponent").await;
    assert_eq!(
        (&*created.object_type, &*created.object_id),
        ("component", &*component.sku_id)
    );
    assert!(changes(&created).contains(&("name", "", "珍珠")));

    let renamed = Component {
        name: "黑糖珍珠".to_owned(),
        ..component
    };
    shop.save_component(renamed).await.unwrap();
    let renamed = records.next("capacity.SaveComponent").await;
    assert_eq!(changes(&renamed), [("name", "珍珠", "黑糖珍珠")]);
}

#[tokio::test]
async fn a_template_of_limits_is_recorded_from_its_first_version_to_its_end() {
    let shop = Shop::open().await;
    let mut records = Records::listen(&shop).await;
    let mut owner = shop.owner().limits;
    let mut template = LimitTemplate {
        brand_id: shop.brand.to_string(),
        name: "年節".to_owned(),
        rules: vec![rule(LimitMeasure::Orders, each_slot(), 7)],
        ..LimitTemplate::default()
    };
    for (before, after) in [("", "7"), ("7", "2")] {
        template.rules[0].limit = after.parse().unwrap();
        let request = SaveLimitTemplateRequest {
            template: Some(template),
        };
        let saved = response(owner.save_limit_template(request).await).unwrap();
        template = saved.template.unwrap();
        let record = records.next("capacity.SaveLimitTemplate").await;
        assert_eq!(record.object_id, template.template_id);
        let limit = ("rules[0].limit", before, after);
        assert!(changes(&record).contains(&limit), "{record:?}");
    }
    let request = DeleteLimitTemplateRequest {
        brand_id: shop.brand.to_string(),
        template_id: template.template_id,
    };
    response(owner.delete_limit_template(request).await).unwrap();
    let deleted = records.next("capacity.DeleteLimitTemplate").await;
    assert!(changes(&deleted).contains(&("name", "年節", "")));
}

#[tokio::test]
async fn copied_limits_are_recorded_for_each_branch() {
    let mut shop = Shop::open().await;
    let (second, third) = (
        shop.branch_of(shop.brand).await,
        shop.branch_of(shop.brand).await,
    );
    shop.set_limits(vec![rule(LimitMeasure::Orders, each_slot(), 3)])
        .await
        .unwrap();
    let mut records = Records::listen(&shop).await;
    let request = CopyLimitsRequest {
        from_branch_id: shop.branch.to_string(),
        to_branch_ids: vec![second.to_string(), third.to_string()],
        ..CopyLimitsRequest::default()
    };
    response(shop.owner().limits.copy_limits(request).await).unwrap();
    let record = records.next("capacity.CopyLimits").await;
    let other = second.max(third);
    let of_other = format!("limits[{other}][0].limit");
    for expected in [("[0].limit", "", "3"), (&*of_other, "", "3")] {
        assert!(changes(&record).contains(&expected), "{record:?}");
    }
}

#[tokio::test]
async fn an_imported_stock_file_is_recorded_with_what_it_changed() {
    let shop = Shop::open().await;
    let (tea, cake) = (shop.running(7).await, shop.running(2).await);
    let name = |sku_id: &dyn ToString, name: &str| StockName {
        sku_id: sku_id.to_string(),
        name: name.to_owned(),
        ..StockName::default()
    };
    let mut records = Records::listen(&shop).await;
    let request = ImportStockRequest {
        branch_id: shop.branch.to_string(),
        names: vec![name(&tea, "紅茶"), name(&cake, "蛋糕")],
        content: "name,quantity\n紅茶,5\n蛋糕,2\n".as_bytes().to_vec().into(),
        reason: "月底盤點".to_owned(),
        ..ImportStockRequest::default()
    };
    let done = response(shop.owner().stock.import_stock(request).await).unwrap();
    assert!(done.applied, "{done:?}");
    let record = records.next("capacity.ImportStock").await;
    assert_eq!(record.branch_id, shop.branch.to_string());
    assert_eq!(
        changes(&record),
        [
            ("updated", "", "1"),
            ("updated_names", "", "紅茶"),
            ("紅茶[2].quantity", "7", "5"),
        ]
    );
}
