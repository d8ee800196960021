use super::*;

/// A list as it is with `--provider`, or without.
fn read_with(text: &str, provider: Option<Provider>) -> Result<List, String> {
    let terms = Terms { provider, profile: None, profiles: &["acme", "globex"] };
    read(text.as_bytes(), &terms).map_err(|problems| told(&problems))
}

fn told(problems: &[Problem]) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Each row in short.
fn rows(list: &List) -> Vec<String> {
    let row = |row: &Row| {
        let Row { number, line, email, provider, profile, cells } = row;
        let cells: Vec<_> = cells.iter().collect();
        format!("{number}@{line} {email} {provider} {} [{}]", profile.as_deref().unwrap_or("-"), cells.join("|"))
    };
    list.rows.iter().map(row).collect()
}

#[test]
fn a_list_is_read_however_a_spreadsheet_writes_it() {
    let plain = "Provider,Name,Email\ngoogle,Ada,ada@acme.com\n\nMicrosoft, \"Bob\" ,Bob@Acme.com\n";
    let same = [
        "1@2 ada@acme.com google - [google|Ada|ada@acme.com]",
        "2@4 Bob@Acme.com microsoft - [Microsoft| \"Bob\" |Bob@Acme.com]",
    ];
    for text in [
        plain.to_owned(),
        format!("\u{feff}{plain}"),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        plain.trim_end().to_owned(),
        plain.replace(" \"Bob\" ", "\" \"\"Bob\"\" \""),
        format!("{plain},,\n\n , ,\n,,"),
        plain.replace("acme.com\n", "acme.com,,\n"),
    ] {
        let list = read_with(&text, None).unwrap();
        assert_eq!(list.header, ["Provider", "Name", "Email"], "{text:?}");
        assert_eq!(rows(&list), same, "{text:?}");
    }
}

#[test]
fn a_row_is_what_its_cells_say_and_what_is_said_of_all() {
    let text = "email,provider,profile,note\n\
                \u{a0}ada@acme.com , GSuite , acme,\" two\nlines\"\n\
                ada@acme.com,Office 365,,\n\
                ada@acme.com,,globex\n\
                ada@acme.com\n";
    let list = read_with(text, Some(Provider::Google)).unwrap();
    assert_eq!(
        rows(&list),
        [
            "1@2 ada@acme.com google acme [\u{a0}ada@acme.com | GSuite | acme| two\nlines]",
            "2@4 ada@acme.com microsoft - [ada@acme.com|Office 365||]",
            "3@5 ada@acme.com google globex [ada@acme.com||globex|]",
            "4@6 ada@acme.com google - [ada@acme.com|||]",
        ]
    );
    // What goes for all that the list says nothing of.
    let terms =
        Terms { provider: Some(Provider::Google), profile: Some("hooli"), profiles: &["acme", "globex", "hooli"] };
    let of_all = read(text.as_bytes(), &terms).unwrap();
    let profiles: Vec<_> = of_all.rows.iter().map(|row| row.profile.as_deref().unwrap()).collect();
    assert_eq!(profiles, ["acme", "hooli", "globex", "hooli"]);
    let key = Key { provider: Provider::Google, email: "ada@acme.com".into(), profile: Some("acme".into()) };
    assert_eq!(list.rows[0].key(), key);
    assert_eq!(Key::new(Provider::Google, "ADA@Acme.com", Some("acme")), key);
}

#[test]
fn providers_are_known_by_their_usual_names() {
    for (names, is) in [
        (&["google", "GOOGLE", "Google Workspace", "G-Suite", "gsuite", "gmail"][..], Some(Provider::Google)),
        (
            &["microsoft", "Microsoft 365", "M365", "office365", "Office 365", "O365", "Outlook", "Exchange Online"],
            Some(Provider::Microsoft),
        ),
        (&["yahoo", "goggle", "", "2", "google/microsoft"], None),
    ] {
        for name in names {
            assert_eq!(provider(name), is, "{name}");
        }
    }
}

#[test]
fn all_problems_are_told_in_the_order_of_their_lines() {
    let text = "email,provider,profile,name\n\
                ada@acme.com,google,,Ada\n\
                bob,google,,\n\
                \n\
                ,google,,Carol\n\
                ADA@acme.com, Google Workspace,,\n\
                dan@gmail.com,google,,\n\
                eve@acme.com,yahoo,initech,\n\
                fay@acme.com,,,\n\
                \"gil\n@acme.com\",google,,\n\
                hal@acme.com,google,,Hal, of Acme\n\
                ian@acme.com,google,,\"Ian\n\
                jo@acme.com,google,,Jo\"n\n\
                kim@acme.com,google,,,,,x\n\
                lee@acme.com,google,,\"Lee\n";
    let problems = "line 3: \"bob\" has no @\n\
                    line 5: there is nothing in the column \"email\"\n\
                    line 6: \"ADA@acme.com\" is in line 2 already: take one of the two out\n\
                    line 7: \"dan@gmail.com\" is a personal Google account, which the service refuses: only Google \
                    Workspace mailboxes can be connected\n\
                    line 8: \"yahoo\" is no provider that is known: write google or microsoft\n\
                    line 8: no profile is called \"initech\": there are acme, globex\n\
                    line 9: no provider is named: write google or microsoft, or name one for all that have none with \
                    --provider\n\
                    line 10: \"gil @acme.com\" has a line break in it\n\
                    line 12: this row has 5 cells, and the header has 4: quote a cell that has a delimiter in it\n\
                    line 15: this row has 7 cells, and the header has 4: quote a cell that has a delimiter in it\n\
                    line 16: a quote begins in this row and nowhere ends: put another at the end of its cell";
    assert_eq!(read_with(text, None).unwrap_err(), problems);
    // A quote that another one ends by chance.
    let text = "email,name\nada@acme.com,\"Ada\nbob@acme.com,\"Bob\",x\n";
    let problem =
        "line 2: this row has 3 cells, and the header has 2: it goes on to line 3, so that a quote may be missing";
    assert_eq!(read_with(text, Some(Provider::Google)).unwrap_err(), problem);
}

#[test]
fn a_list_that_is_none_is_one_problem() {
    let google = Some(Provider::Google);
    let no_provider = "line 1: no column is called \"provider\": add one, with google or microsoft for each mailbox, or \
                       name the provider of all of them with --provider";
    let utf8 = "save it as \"CSV UTF-8\" (comma delimited)";
    for (bytes, provider, problem) in [
        (&b""[..], google, "the list is empty".to_owned()),
        (b"\xef\xbb\xbf\n,,\n", google, "the list is empty".to_owned()),
        (b"email\n", google, "the list has a header and no mailbox".to_owned()),
        (b"email\nada@acme.com\nbob@acme.com\nada@gmail.com\n", None, no_provider.to_owned()),
        (b"email\nada\n", None, format!("{no_provider}\nline 2: \"ada\" has no @")),
        (b"\xff\xfee\0m\0a\0i\0l\0", google, format!("it is in UTF-16: {utf8}")),
        (b"\xfe\xff\0e\0m\0a\0i\0l", google, format!("it is in UTF-16: {utf8}")),
        (b"e\0m\0a\0i\0l\0", google, format!("line 1: this is not UTF-8: {utf8}")),
        (b"email,name\na@b.c,x\nada@acme.com,Zo\xeb\n", google, format!("line 3: this is not UTF-8: {utf8}")),
        (b"PK\x03\x04...", google, format!("it is a workbook (.xlsx, .ods), not CSV: {utf8}")),
        (b"\xd0\xcf\x11\xe0...", google, format!("it is a workbook (.xls), not CSV: {utf8}")),
        (b"a@b.c,google\n", google, read_with("a@b.c,google", None).unwrap_err()),
        (b"email,outcome\n,\n", google, read_with("email,outcome", None).unwrap_err()),
    ] {
        let terms = Terms { provider, profile: None, profiles: &[] };
        let problems = read(bytes, &terms).map_err(|problems| told(&problems));
        assert_eq!(problems, Err(problem), "{:?}", String::from_utf8_lossy(bytes));
    }
    let none = read(b"email,profile\nada@acme.com,acme\n", &Terms { provider: google, profile: None, profiles: &[] });
    assert_eq!(told(&none.unwrap_err()), "line 2: no profile is called \"acme\": there is none in the config file");
}

#[test]
fn what_is_not_this_tools_is_carried_as_it_is() {
    let text = "Name, id ,id,,email\nAda, 1,=2+3,\u{1b}[31m,ada@acme.com\n";
    let list = read_with(text, Some(Provider::Google)).unwrap();
    assert_eq!(list.header, ["Name", " id ", "id", "", "email"]);
    assert_eq!(list.rows[0].cells.iter().collect::<Vec<_>>(), ["Ada", " 1", "=2+3", "\u{1b}[31m", "ada@acme.com"]);
}

/// What the rows take, with what they point to.
fn size(list: &List) -> usize {
    let row = |row: &Row| {
        let cells = row.cells.iter().map(|cell| cell.len() + size_of::<u32>()).sum::<usize>();
        size_of::<Row>() + row.email.capacity() + cells
    };
    assert!(list.rows.capacity() <= list.rows.len() + 1);
    list.rows.iter().map(row).sum()
}

#[test]
fn a_long_list_takes_little_more_than_its_text() {
    let row = |number| {
        format!("person.{number}@company-{number}.example,google,Ada,Lovelace,\"Company, Inc.\",a note of {number}\n")
    };
    let text =
        "email,provider,first_name,last_name,company,note\n".to_owned() + &(0..10_000).map(row).collect::<String>();
    let list = read_with(&text, None).unwrap();
    assert_eq!(list.rows.len(), 10_000);
    let each = size(&list) / list.rows.len();
    assert!(each < 320, "{each} bytes a row");
}
