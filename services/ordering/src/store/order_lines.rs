//! Lines of orders as sold.

use std::collections::HashMap;

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{OrderId, ProductId, VariantId},
    money::{Currency, Money},
};
use serde_json::Value;
use uuid::Uuid;

use super::{Inconsistent, json};
use crate::domain::{menu::TaxType, order::Order, quote::PricedLine};

/// Inserts the lines of all `orders` in one statement.
pub async fn insert(tx: &mut TenantTx, orders: &[Order]) -> Result<(), sqlx::Error> {
    let lines = || {
        orders.iter().flat_map(|order| {
            order
                .sold
                .lines
                .iter()
                .zip(0_i16..)
                .map(|(line, position)| (order.id, position, line))
        })
    };
    let order_ids: Vec<Uuid> = lines().map(|(order, ..)| order.as_uuid()).collect();
    let positions: Vec<i16> = lines().map(|(_, position, _)| position).collect();
    let product_ids: Vec<Uuid> = lines().map(|(.., line)| line.product.as_uuid()).collect();
    let variant_ids: Vec<Uuid> = lines().map(|(.., line)| line.variant.as_uuid()).collect();
    let product_names: Vec<String> = lines()
        .map(|(.., line)| line.product_name.clone())
        .collect();
    let variant_names: Vec<String> = lines()
        .map(|(.., line)| line.variant_name.clone())
        .collect();
    let tax_types: Vec<String> = lines()
        .map(|(.., line)| line.tax_type.as_str().to_owned())
        .collect();
    let quantities: Vec<i32> = lines().map(|(.., line)| line.quantity).collect();
    let unit_lists: Vec<i64> = lines().map(|(.., line)| line.unit_list.amount()).collect();
    let lists: Vec<i64> = lines().map(|(.., line)| line.list.amount()).collect();
    let nets: Vec<i64> = lines().map(|(.., line)| line.net.amount()).collect();
    let options: Vec<Value> = lines()
        .map(|(.., line)| json::from_options(&line.options))
        .collect();
    let adjustments: Vec<Value> = lines()
        .map(|(.., line)| json::from_adjustments(&line.adjustments))
        .collect();
    let notes: Vec<String> = lines().map(|(.., line)| line.note.clone()).collect();
    sqlx::query!(
        "INSERT INTO order_lines (
             org_id, order_id, position, product_id, variant_id, product_name, variant_name,
             tax_type, quantity, unit_list, list, net, options, adjustments, note
         )
         SELECT $1, *
         FROM UNNEST(
             $2::uuid[], $3::smallint[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
             $9::integer[], $10::bigint[], $11::bigint[], $12::bigint[], $13::jsonb[],
             $14::jsonb[], $15::text[]
         )",
        tx.org().as_uuid(),
        &order_ids,
        &positions,
        &product_ids,
        &variant_ids,
        &product_names,
        &variant_names,
        &tax_types,
        &quantities,
        &unit_lists,
        &lists,
        &nets,
        &options,
        &adjustments,
        &notes,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lines of orders, in the cart's order; `currencies` says what their amounts are in.
pub async fn list(
    tx: &mut TenantTx,
    currencies: &HashMap<OrderId, Currency>,
) -> Result<HashMap<OrderId, Vec<PricedLine>>, Problem> {
    let order_ids: Vec<Uuid> = currencies.keys().map(OrderId::as_uuid).collect();
    let rows = sqlx::query_as!(
        Row,
        "SELECT
             order_id, product_id, variant_id, product_name, variant_name, tax_type, quantity,
             unit_list, list, net, options, adjustments, note
         FROM order_lines
         WHERE org_id = $1 AND order_id = ANY($2)
         ORDER BY order_id, position",
        tx.org().as_uuid(),
        &order_ids,
    )
    .fetch_all(&mut **tx)
    .await?;

    let mut lines: HashMap<OrderId, Vec<PricedLine>> = HashMap::with_capacity(currencies.len());
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
    product_id: Uuid,
    variant_id: Uuid,
    product_name: String,
    variant_name: String,
    tax_type: String,
    quantity: i32,
    unit_list: i64,
    list: i64,
    net: i64,
    options: Value,
    adjustments: Value,
    note: String,
}

impl Row {
    /// The line, or the column that cannot be.
    fn parse(self, currency: Currency) -> Result<PricedLine, &'static str> {
        Ok(PricedLine {
            product: ProductId::from_uuid(self.product_id),
            variant: VariantId::from_uuid(self.variant_id),
            product_name: self.product_name,
            variant_name: self.variant_name,
            tax_type: TaxType::from_name(&self.tax_type).ok_or("tax_type")?,
            quantity: self.quantity,
            unit_list: Money::new(self.unit_list, currency),
            list: Money::new(self.list, currency),
            adjustments: json::to_adjustments(self.adjustments, currency).ok_or("adjustments")?,
            net: Money::new(self.net, currency),
            options: json::to_options(self.options, currency).ok_or("options")?,
            note: self.note,
        })
    }
}
