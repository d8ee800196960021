//! Bodies that are odd, huge or slow.

use serde_json::{Value, json};

use super::{bytes, head, sized};
use crate::support::{Act, STATUS, Scripted, Tool};

const SUCCESS: &[u8] = br#"{"status":"success","email":"ada@acme.com"}"#;

/// More than is read of a body, in bytes.
const TOO_MUCH: usize = 2 << 20;

#[test]
fn a_result_is_read_whatever_else_is_odd_about_it() {
    let deep = format!(r#"{{"x":{}1{},"status":"success"}}"#, "[".repeat(5000), "]".repeat(5000));
    for (body, email, name) in [
        (&br#"{"status":"success","email":"ada@acme.com","name":"Ada"}"#[..], json!("ada@acme.com"), json!("Ada")),
        (br#"{"status":"success"}"#, Value::Null, Value::Null),
        (br#"{"status":"success","email":null,"name":null}"#, Value::Null, Value::Null),
        (br#"{"status":"success","email":7,"name":["Ada"]}"#, Value::Null, Value::Null),
        (br#"{"status":"success","email":{"x":1},"name":true}"#, Value::Null, Value::Null),
        (br#"{"status":"success","email":" ","name":""}"#, Value::Null, Value::Null),
        (br#"{"status":"success","name":"A\ud83d"}"#, Value::Null, json!("A\u{fffd}\u{fffd}\u{fffd}")),
        (br#"{"status":"success","name":"\ud83d\ude00"}"#, Value::Null, json!("\u{1f600}")),
        (br#"{"status":"success","\ud83d":1,"name":"Ada"}"#, Value::Null, json!("Ada")),
        (b"{\"status\":\"success\",\"name\":\"A\xff\xfe\"}", Value::Null, json!("A\u{fffd}\u{fffd}")),
        (b"{\"status\":\"success\",\"\xff\":1,\"name\":\"Ada\"}", Value::Null, json!("Ada")),
        (b"\xef\xbb\xbf{\"status\":\"success\",\"name\":\"Ada\"}", Value::Null, json!("Ada")),
        (b"\r\n\t {\"status\" : \"success\" , \"name\":\"Ada\"}\n<!-- edge -->", Value::Null, json!("Ada")),
        (br#"{"status":"pending","name":"Bob","status":"success","name":"Ada"}"#, Value::Null, json!("Ada")),
        (br#"{"st\u0061tus":"success","n\u0061me":"Ada"}"#, Value::Null, json!("Ada")),
        (br#"{"status":" SUCCESS "}"#, Value::Null, Value::Null),
        (br#"{"status":"success","x":1e999999,"y":-0.0,"z":{"a":[null,{}]}}"#, Value::Null, Value::Null),
        (deep.as_bytes(), Value::Null, Value::Null),
    ] {
        let api = Scripted::new([bytes(body)]);
        let run = Tool::status(&api.url(), &["s1", "--json"]).run();
        let shown = String::from_utf8_lossy(&body[..body.len().min(100)]);
        assert_eq!(run.code, Some(0), "{shown}: {run:#?}");
        let result = run.result();
        assert_eq!((&result["email"], &result["name"]), (&email, &name), "{shown}");
        assert_eq!(api.lines(), [STATUS]);
    }
}

#[test]
fn an_error_is_read_whatever_else_is_odd_about_it() {
    for (body, code, description) in [
        (r#"{"status":"error","error":"denied","error_description":"No."}"#, json!("denied"), json!("No.")),
        (r#"{"status":"error","error":null,"error_description":"No."}"#, Value::Null, json!("No.")),
        (r#"{"status":"error","error":{"code":1},"error_description":7}"#, Value::Null, Value::Null),
        (r#"{"status":"error","error":"\udead"}"#, json!("\u{fffd}\u{fffd}\u{fffd}"), Value::Null),
        (r#"{"status":"error","email":"ada@acme.com"}"#, Value::Null, Value::Null),
    ] {
        let api = Scripted::new([Act::json(body)]);
        let run = Tool::status(&api.url(), &["s1", "--json"]).run().expect(3);
        let result = run.result();
        assert_eq!((&result["error"], &result["error_description"]), (&code, &description), "{body}");
        assert_eq!(result["email"], Value::Null);
    }
}

#[test]
fn a_body_is_read_up_to_a_mebibyte() {
    let padded = |length: usize| format!(r#"{{"x":"{}","status":"success"}}"#, "a".repeat(length)).into_bytes();
    let trailed = [SUCCESS, &vec![b' '; TOO_MUCH]].concat();
    for (body, code, says) in [
        (padded((1 << 20) - 100), 0, ""),
        (trailed, 0, ""),
        (padded(TOO_MUCH), 9, "it is larger than 1 MiB"),
        (vec![b' '; TOO_MUCH], 9, "it is larger than 1 MiB"),
    ] {
        let api = Scripted::new([bytes(&body)]);
        let run = Tool::status(&api.url(), &["s1"]).run().expect(code).says(says);
        assert_eq!(run.stdout.is_empty(), code != 0, "{run:#?}");
        assert_eq!(api.lines(), [STATUS]);
    }
    // It may have been the result.
    let api = Scripted::new([bytes(&padded(TOO_MUCH)), Act::not_found()]);
    Tool::status(&api.url(), &["s1", "--wait", "--interval", "20ms"]).run().expect(11).says("1 MiB");
}

#[test]
fn a_body_may_come_byte_by_byte() {
    let chunked = SUCCESS.iter().flat_map(|&byte| [b"1\r\n", &[byte][..], b"\r\n"].concat());
    let chunked = head("transfer-encoding: chunked\r\n").into_iter().chain(chunked).chain(*b"0\r\n\r\n").collect();
    for reply in [sized(SUCCESS), chunked] {
        let api = Scripted::new([Act::Trickle(reply)]);
        let run = Tool::status(&api.url(), &["s1"]).run().expect(0);
        assert_eq!(run.stdout, "Connected ada@acme.com\n");
    }
}

#[test]
fn a_body_that_stops_counts_if_it_is_complete_and_is_a_loss_if_not() {
    let longer = [&head(&format!("content-length: {}\r\n", SUCCESS.len() + 9)), SUCCESS].concat();
    let api = Scripted::new([Act::Stall(longer.clone())]);
    let run = Tool::status(&api.url(), &["s1", "--request-timeout", "2s"]).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com\n");

    let api = Scripted::new([Act::Stall(longer[..longer.len() - 1].into()), Act::not_found()]);
    let flags = ["s1", "--wait", "--interval", "20ms", "--request-timeout", "2s"];
    let run = Tool::status(&api.url(), &flags).run().expect(11).says("no reply in time");
    assert_eq!(run.stdout, "");
    assert_eq!(api.lines(), [STATUS, STATUS]);
}

#[test]
fn what_something_in_front_of_the_api_says_is_waited_out() {
    let faults = [(403, "error code: 1010"), (404, "default backend - 404"), (400, "Bad Request"), (302, "")];
    let faults = faults.map(|(status, body)| Act::status(status, body));
    let api = Scripted::new([Act::started()].into_iter().chain(faults).chain([Act::success()]));
    let run = Tool::connect(&api.url(), &["--interval", "20ms", "--timeout", "60s"]).run().expect(0);
    assert_eq!(run.stdout, "Connected ada@acme.com (Ada Lovelace)\n");
    assert_eq!(api.lines().len(), 6);
}
