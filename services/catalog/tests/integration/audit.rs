//! What a change of the catalogue leaves in its audit record.

use crate::common::{Shop, ok, wire};
use chassis::audit;
use proto::common::v1::AuditRecord;
use testkit::Listener;

/// The next record of an action.
async fn recorded(bus: &mut Listener, action: &str) -> AuditRecord {
    loop {
        let record: AuditRecord = bus.next().await.decode().unwrap();
        if record.action == action {
            return record;
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
async fn an_import_is_recorded_with_counts_names_and_changed_columns() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let mut bus = shop.service.listen(&[audit::EVENT]).await;
    let first = "category,name,price_cold\n茶,紅茶,30\n".as_bytes();
    shop.import(&brand.brand_id, first).await;
    let record = recorded(&mut bus, "catalog.ImportProducts").await;
    let is_category = |(field, _, name): &(&str, &str, &str)| {
        field.starts_with("category[") && field.ends_with("].name") && *name == "茶"
    };
    assert!(changes(&record).iter().any(is_category), "{record:?}");

    let file = "category,name,price_cold\n茶,紅茶,32\n茶,綠茶,25\n".as_bytes();
    let mut dry_run = wire::import(&brand.brand_id, file);
    dry_run.dry_run = true;
    ok(shop.owner().import_products(dry_run).await);
    let record = recorded(&mut bus, "catalog.ImportProducts").await;
    assert_eq!(changes(&record), [], "a dry run changes nothing");

    shop.import(&brand.brand_id, file).await;
    let record = recorded(&mut bus, "catalog.ImportProducts").await;
    assert_eq!(
        (&*record.object_type, &*record.object_id),
        ("brand", &*brand.brand_id)
    );
    assert_eq!(
        changes(&record),
        [
            ("created", "", "1"),
            ("created_names", "", "綠茶"),
            ("updated", "", "1"),
            ("updated_names", "", "紅茶"),
            ("紅茶[2].price_cold", "30", "32"),
        ]
    );
    shop.close().await;
}

#[tokio::test]
async fn publishing_is_recorded_with_the_menu_of_each_branch_before_and_after() {
    let shop = Shop::open().await;
    let (brand, first) = shop.brand("tea").await;
    let second = shop.branch(&brand.brand_id, "second").await;
    let mut bus = shop.service.listen(&[audit::EVENT]).await;
    let publish = |key: &str| wire::publish(key, &brand.brand_id);
    ok(shop.owner().publish(publish("all")).await);
    let record = recorded(&mut bus, "catalog.Publish").await;
    let path = |branch_id: &str| format!("menu.{branch_id}");
    let mut paths = [path(&first.branch_id), path(&second.branch_id)];
    paths.sort();
    assert_eq!(
        changes(&record),
        paths.each_ref().map(|it| (&**it, "", "1"))
    );

    let mut request = publish("one");
    request.branch_ids = vec![second.branch_id.clone()];
    ok(shop.owner().publish(request).await);
    let record = recorded(&mut bus, "catalog.Publish").await;
    let path = path(&second.branch_id);
    assert_eq!(changes(&record), [(&*path, "1", "2")]);
    assert_eq!(record.branch_id, second.branch_id);
    shop.close().await;
}
