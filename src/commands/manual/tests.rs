use super::*;

fn written() -> [String; 2] {
    let mut command = Cli::command();
    command.build();
    let blocks = pages::blocks(&mut command);
    [roff::page(&blocks), markdown::page(&blocks)]
}

#[test]
fn every_command_flag_and_code_is_in_both() {
    fn names(command: &clap::Command, into: &mut Vec<String>) {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            into.push(sub.get_bin_name().unwrap().to_owned());
            names(sub, into);
        }
        into.extend(command.get_arguments().filter_map(|arg| Some(format!("--{}", arg.get_long()?))));
    }
    let mut command = Cli::command();
    command.build();
    let mut all = Vec::new();
    names(&command, &mut all);
    all.retain(|name| !matches!(name.as_str(), "--help" | "--version"));
    assert!(all.len() > 60, "{all:?}");
    all.extend(crate::exit::Outcome::ALL.map(|outcome| outcome.name().to_owned()));
    all.extend(
        crate::sandbox::Scenario::ALL.map(|scenario| scenario.about().split(',').next().unwrap()[1..].to_owned()),
    );
    // As a reader sees it, whatever stands for the signs.
    let [roff, markdown] = written();
    let roff = roff.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "");
    let markdown = markdown.replace('\\', "");
    for name in all.iter().filter(|name| *name != "done") {
        assert!(roff.contains(name.as_str()), "the manual page lacks {name}");
        assert!(markdown.contains(name.as_str()), "the reference lacks {name}");
    }
}

#[test]
fn a_manual_is_ascii_without_requests_of_its_texts() {
    let [roff, _] = written();
    assert!(roff.is_ascii());
    let known = [".TH", ".nh", ".ad", ".SH", ".SS", ".PP", ".TP", ".RS", ".RE", ".nf", ".fi"];
    for line in roff.lines().filter(|line| line.starts_with(['.', '\''])) {
        assert!(known.iter().any(|request| line.split(' ').next() == Some(request)), "{line}");
    }
    let blocks = [Block::Text("'a' -b\\ `.c`".into()), Block::Code(".d\n~e^".into())];
    let page = roff::page(&blocks);
    assert!(
        page.ends_with("\\(aqa\\(aq \\-b\\e \\fB.c\\fR\n.PP\n.RS 4\n.nf\n\\&.d\n\\(tie\\(ha\n.fi\n.RE\n"),
        "{page}"
    );
}
