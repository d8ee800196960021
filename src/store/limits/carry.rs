//! What is saved of a damaged file.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

/// Copies what can be read of a damaged file into a new one: the service has not forgotten it either.
pub(in crate::store) fn carry_over(damaged: &Connection, fresh: &Connection) {
    for (table, columns) in [("start", 8), ("gate", 10)] {
        let Ok(mut statement) = damaged.prepare(&format!("SELECT * FROM {table}")) else { continue };
        let values = |row: &Row<'_>| (0..columns).map(|index| row.get(index)).collect::<Result<Vec<Value>, _>>();
        let Ok(rows) = statement.query_map([], values) else { continue };
        let places = vec!["?"; columns].join(", ");
        let sql = format!("INSERT OR IGNORE INTO {table} VALUES ({places})");
        for values in rows.map_while(Result::ok) {
            // What does not fit into a table of ours makes no sense.
            let _ = fresh.execute(&sql, params_from_iter(values));
        }
    }
}
