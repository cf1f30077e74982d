//! Lines of orders as sold.

use std::collections::HashMap;

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{OrderId, OrderLineId, ProductId, VariantId},
    money::{Currency, Money},
};
use serde_json::Value;
use uuid::Uuid;

use super::{Inconsistent, json};
use crate::domain::{
    menu::TaxType,
    order::{Order, OrderLine},
    quote::PricedLine,
};

/// Inserts the lines of all `orders` in one statement.
pub async fn insert(tx: &mut TenantTx, orders: &[&Order]) -> Result<(), sqlx::Error> {
    let lines: Vec<(OrderId, i16, &OrderLine)> = orders
        .iter()
        .flat_map(|order| {
            let placed = order.lines.iter().zip(0_i16..);
            placed.map(|(line, position)| (order.id, position, line))
        })
        .collect();
    fn column<T>(lines: &[(OrderId, i16, &OrderLine)], read: impl Fn(&PricedLine) -> T) -> Vec<T> {
        lines.iter().map(|(.., line)| read(&line.item)).collect()
    }
    let order_ids: Vec<Uuid> = lines.iter().map(|(order, ..)| order.as_uuid()).collect();
    let positions: Vec<i16> = lines.iter().map(|(_, position, _)| *position).collect();
    let line_ids: Vec<Uuid> = lines.iter().map(|(.., line)| line.id.as_uuid()).collect();
    let revisions: Vec<i32> = lines.iter().map(|(.., line)| line.revision_in).collect();
    sqlx::query!(
        "INSERT INTO order_lines (
             org_id, order_id, position, line_id, revision_in, product_id, variant_id, product_name,
             variant_name, tax_type, station, print_tag, make_seconds, quantity, unit_list, list, net,
             unit_nets, options, adjustments, choices, note, nickname, benefits, category_ids
         )
         SELECT $1, *
         FROM UNNEST(
             $2::uuid[], $3::smallint[], $4::uuid[], $5::integer[], $6::uuid[], $7::uuid[], $8::text[],
             $9::text[], $10::text[], $11::text[], $12::text[], $13::integer[], $14::integer[],
             $15::bigint[], $16::bigint[], $17::bigint[], $18::jsonb[], $19::jsonb[], $20::jsonb[],
             $21::jsonb[], $22::text[], $23::text[], $24::jsonb[], $25::jsonb[]
         )",
        tx.org().as_uuid(),
        &order_ids,
        &positions,
        &line_ids,
        &revisions,
        &column(&lines, |line| line.product.as_uuid()),
        &column(&lines, |line| line.variant.as_uuid()),
        &column(&lines, |line| line.product_name.clone()),
        &column(&lines, |line| line.variant_name.clone()),
        &column(&lines, |line| line.tax_type.as_str().to_owned()),
        &column(&lines, |line| line.station.clone()),
        &column(&lines, |line| line.print_tag.clone()),
        &column(&lines, |line| line.make_seconds),
        &column(&lines, |line| line.quantity),
        &column(&lines, |line| line.unit_list.amount()),
        &column(&lines, |line| line.list.amount()),
        &column(&lines, |line| line.net.amount()),
        &column(&lines, |line| json::from_amounts(&line.unit_nets)),
        &column(&lines, |line| json::from_options(&line.options)),
        &column(&lines, |line| json::from_adjustments(&line.adjustments)),
        &column(&lines, |line| json::from_choices(&line.choices)) as &[Option<Value>],
        &column(&lines, |line| line.note.clone()),
        &column(&lines, |line| line.nickname.clone()) as &[Option<String>],
        &column(&lines, json::from_line_benefits) as &[Option<Value>],
        &column(&lines, |line| json::from_ids(&line.categories)),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lines of orders, in the cart's order; `currencies` says what their amounts are in.
pub async fn list(
    tx: &mut TenantTx,
    currencies: &HashMap<OrderId, Currency>,
) -> Result<HashMap<OrderId, Vec<OrderLine>>, Problem> {
    let order_ids: Vec<Uuid> = currencies.keys().map(OrderId::as_uuid).collect();
    let rows = sqlx::query_as!(
        Row,
        "SELECT
             order_id, line_id, revision_in, revision_out, product_id, variant_id, product_name,
             variant_name, tax_type, station, print_tag, make_seconds, quantity, unit_list, list, net,
             unit_nets, options, adjustments, choices, note, nickname, benefits, category_ids
         FROM order_lines
         WHERE org_id = $1 AND order_id = ANY($2)
         ORDER BY order_id, revision_in, position",
        tx.org().as_uuid(),
        &order_ids,
    )
    .fetch_all(&mut **tx)
    .await?;

    let mut lines: HashMap<OrderId, Vec<OrderLine>> = HashMap::with_capacity(currencies.len());
    for row in rows {
        let order = OrderId::from_uuid(row.order_id);
        let currency = currencies[&order];
        let inconsistent = |column| Inconsistent::new("order_lines", column, order);
        let line = row.parse(currency).map_err(inconsistent)?;
        lines.entry(order).or_default().push(line);
    }
    Ok(lines)
}

struct Row {
    order_id: Uuid,
    line_id: Uuid,
    revision_in: i32,
    revision_out: Option<i32>,
    product_id: Uuid,
    variant_id: Uuid,
    product_name: String,
    variant_name: String,
    tax_type: String,
    station: String,
    print_tag: String,
    make_seconds: i32,
    quantity: i32,
    unit_list: i64,
    list: i64,
    net: i64,
    unit_nets: Value,
    options: Value,
    adjustments: Value,
    choices: Option<Value>,
    note: String,
    nickname: Option<String>,
    benefits: Option<Value>,
    category_ids: Value,
}

impl Row {
    /// The line, or the inconsistent column.
    fn parse(self, currency: Currency) -> Result<OrderLine, &'static str> {
        let benefits = json::to_line_benefits(self.benefits).ok_or("benefits")?;
        let item = PricedLine {
            product: ProductId::from_uuid(self.product_id),
            categories: json::to_ids(self.category_ids).ok_or("category_ids")?,
            variant: VariantId::from_uuid(self.variant_id),
            product_name: self.product_name,
            variant_name: self.variant_name,
            tax_type: TaxType::from_word(&self.tax_type).ok_or("tax_type")?,
            quantity: self.quantity,
            unit_list: Money::new(self.unit_list, currency),
            list: Money::new(self.list, currency),
            adjustments: json::to_adjustments(self.adjustments, currency).ok_or("adjustments")?,
            net: Money::new(self.net, currency),
            unit_nets: json::to_amounts(self.unit_nets, currency).ok_or("unit_nets")?,
            options: json::to_options(self.options, currency).ok_or("options")?,
            choices: json::to_choices(self.choices, currency).ok_or("choices")?,
            note: self.note,
            nickname: self.nickname,
            station: self.station,
            print_tag: self.print_tag,
            make_seconds: self.make_seconds,
            unit_points: benefits.unit_points,
            offered_by: benefits.offered_by,
            offer_gone: benefits.offer_gone,
            gift_of: benefits.gift_of,
        };
        Ok(OrderLine {
            id: OrderLineId::from_uuid(self.line_id),
            revision_in: self.revision_in,
            revision_out: self.revision_out,
            item,
        })
    }
}
