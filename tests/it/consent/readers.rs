//! What a screen reader is told: the accessibility tree.

use serde_json::{Value, json};

use super::{Desk, STATES, Tab, sit_down};

/// What is told of one element: its role, its name, and the rest as the browser has it.
struct Told {
    role: String,
    name: String,
    node: Value,
}

impl Told {
    fn property(&self, name: &str) -> Option<Value> {
        let properties = self.node["properties"].as_array()?;
        properties.iter().find(|property| property["name"] == name).map(|property| property["value"]["value"].clone())
    }
}

/// All that is told, in the order of the page.
fn tree(tab: &Tab) -> Vec<Told> {
    let tree = tab.call("Accessibility.getFullAXTree", &json!({}));
    let nodes = tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] == false);
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    nodes.map(|node| Told { role: text(&node["role"]), name: text(&node["name"]), node: node.clone() }).collect()
}

fn of<'a>(told: &'a [Told], role: &str) -> Vec<&'a Told> {
    told.iter().filter(|told| told.role == role).collect()
}

#[test]
fn every_page_has_a_title_a_language_and_one_heading() {
    let tab = sit_down!();
    for state in STATES {
        state.show(&tab);
        let told = tree(&tab);
        let title = tab.text("document.title");
        let error = if state.status == 422 { "Error: " } else { "" };
        assert_eq!(title, format!("{error}{} · Sandbox", state.heading));
        assert_eq!(tab.text("document.documentElement.lang"), "en");
        assert_eq!(told[0].role, "RootWebArea");
        assert_eq!(told[0].name, title);
        let headings = of(&told, "heading");
        let first: Vec<_> = headings.iter().filter(|told| told.property("level") == Some(json!(1))).collect();
        assert!(first.len() == 1 && first[0].name == state.heading, "{title}");
        assert_eq!((of(&told, "main").len(), of(&told, "note").len()), (1, 1), "{title}");
        assert!(tab.text("document.querySelector('[role=note]').innerText").contains("A simulation on this computer."));
        for role in ["button", "textbox", "link", "img", "image", "list", "alert", "graphics-document"] {
            for told in of(&told, role) {
                // What is only ornament is not told at all.
                let is_named = !told.name.is_empty() || role == "alert";
                assert!(is_named, "{title}: a {role} without a name: {}", told.node);
            }
        }
        // Nothing that the browser itself complains of, from missing labels to quirks.
        assert_eq!(tab.events("Audits.issueAdded"), Vec::<Value>::new(), "{title}");
    }
}

#[test]
fn the_form_says_what_belongs_where() {
    let (tab, desk) = (sit_down!(), Desk::new());
    let connect = desk.connect("google");
    tab.open(&connect.link);
    tab.until("document.activeElement.id === 'mailbox'");
    let told = tree(&tab);
    let names = |role: &str| of(&told, role).iter().map(|told| told.name.clone()).collect::<Vec<_>>();
    assert_eq!(names("textbox"), ["Mailbox", "Name (optional)"]);
    assert_eq!(names("button"), ["Allow", "Deny"]);
    assert_eq!(names("list"), ["With it, the workspace can"]);
    assert_eq!(of(&told, "listitem").len(), 4);
    let [mailbox, name] = of(&told, "textbox")[..] else { panic!("two fields") };
    let truth = |told: &Told, property: &str| told.property(property).unwrap_or_default();
    assert_eq!((truth(mailbox, "required"), truth(name, "required")), (json!(true), json!(false)));
    assert_eq!(truth(mailbox, "focused"), json!(true));
    let described = |told: &Told| told.node["description"]["value"].as_str().unwrap_or_default().to_owned();
    assert!(described(mailbox).starts_with("Any made-up address will do."), "{}", mailbox.node);

    // After a slip: what is wrong, as an alert and at the field.
    tab.fill("ada@acme");
    tab.click("button.allow");
    tab.until("document.querySelector('[role=alert]') !== null && document.readyState === 'complete'");
    let told = tree(&tab);
    assert_eq!(of(&told, "alert").len(), 1);
    let mailbox = of(&told, "textbox")[0];
    assert_eq!(truth(mailbox, "invalid"), json!("true"));
    assert!(
        described(mailbox).starts_with("Enter a whole address, such as ada@acme.example. Any made-up"),
        "{}",
        mailbox.node
    );
}
