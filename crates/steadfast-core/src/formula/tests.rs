//! Term lists are those of R 4.2.2, `attr(terms(formula), "term.labels")`.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Formula {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> String {
    text.parse::<Formula>().map(|formula| formula.to_string()).unwrap_err().to_string()
}

fn labels(formula: &Formula) -> Vec<String> {
    let terms = formula.terms();
    terms.terms.iter().map(|term| terms.label(term)).collect()
}

#[test]
fn terms_are_expanded_and_ordered_as_in_r() {
    let cases = [
        ("y ~ a*b*c", 1, "a | b | c | a:b | a:c | b:c | a:b:c"),
        ("y ~ b:a + a", 1, "a | b:a"),
        ("y ~ (a+b+c)^2", 1, "a | b | c | a:b | a:c | b:c"),
        ("y ~ a/b", 1, "a | a:b"),
        ("y ~ (a+b)/c", 1, "a | b | a:b:c"),
        ("y ~ a/(b+c)", 1, "a | a:b | a:c"),
        ("y ~ a*b - a", 1, "b | a:b"),
        ("y ~ 0 + a + b:c + d", 0, "a | d | b:c"),
        ("y ~ (a+b+c)^3 - a:b:c", 1, "a | b | c | a:b | a:c | b:c"),
        ("y ~ a:b + c + c:a", 1, "c | a:b | a:c"),
        ("y ~ x + I(x^2) + log(x+1):a", 1, "x | I(x^2) | log(x + 1):a"),
        ("y ~ a*b*c - (a+b):c", 1, "a | b | c | a:b | a:b:c"),
        ("y ~ (a+b)*(c+d)", 1, "a | b | c | d | a:c | a:d | b:c | b:d"),
        ("y ~ a - 1 + b", 0, "a | b"),
        ("y ~ -1 + a", 0, "a"),
        ("y ~ (a*b)/c", 1, "a | b | a:b | a:b:c"),
        ("y ~ a^2 + b", 1, "a | b"),
        ("y ~ poly(x,2)*a", 1, "poly(x, 2) | a | poly(x, 2):a"),
    ];
    for (text, intercept, expected) in cases {
        let formula = read(text);
        assert_eq!(labels(&formula).join(" | "), expected, "{text}");
        assert_eq!(i32::from(formula.terms().intercept), intercept, "{text}");
    }
}

#[test]
fn bars_are_random_effects_and_nesting_is_two_terms() {
    let formula = read("y ~ x + (x | site/family) + (0 + x || site:rater)");
    let found: Vec<_> = formula.random().iter().map(|term| (term.label.as_str(), term.structure.as_str())).collect();
    let expected = [("(1 + x | site)", "us"), ("(1 + x | site:family)", "us"), ("(0 + x || site:rater)", "diag")];
    assert_eq!(found, expected);
    assert_eq!(labels(&formula), ["x"]);
}

#[test]
fn a_named_structure_is_residual_unless_it_says_zero_or_one() {
    let formula = read("y ~ arm + ar1(visit | arm / child) + cs(0 + visit | family)");
    let residual = formula.residual().unwrap();
    assert_eq!((residual.structure.as_str(), residual.label.as_str()), ("ar1", "ar1(visit | arm/child)"));
    assert_eq!((residual.by.clone(), residual.subject.clone()), (Some(vec!["arm".into()]), vec!["child".into()]));
    assert_eq!(formula.random()[0].label, "cs(0 + visit | family)");
    assert!(refused("y ~ us(a + b | child)").contains("write one variable"));
    assert!(refused("y ~ us(a | b) + us(a | b)").contains("one residual structure"));
}

#[test]
fn offsets_and_markers_are_no_terms() {
    let formula = read("y ~ a + offset(log(t)) + strata(site) + cluster(family)");
    assert_eq!(labels(&formula), ["a"]);
    assert_eq!(formula.offsets()[0].to_string(), "log(t)");
    assert_eq!(formula.markers().len(), 2);
}

#[test]
fn strata_inside_an_interaction_are_a_variable_and_a_marker() {
    let formula = read("y ~ (a + b) * strata(site) + strata(site) + cluster(family)");
    assert_eq!(labels(&formula), ["a", "b", "strata(site)", "a:strata(site)", "b:strata(site)"]);
    let markers: Vec<String> = formula.markers().iter().map(ToString::to_string).collect();
    assert_eq!(markers, ["strata(site)", "cluster(family)"]);
    assert!(read("y ~ a * strata(site) - strata(site) - a:strata(site)").markers().is_empty());
    assert!(refused("y ~ a * cluster(family)").contains("cannot be part of a term"));
    assert!(refused("y ~ a * strata()").contains("cannot be part of a term"));
    assert!(refused("y ~ a + (a:strata(site) | g)").contains("no random effect"));
}

#[test]
fn the_columns_read_are_listed_once() {
    let formula =
        read("log(y) ~ factor(arm, ref = \"SAU\", contrasts = sum) * age + I(age^2) + us(visit | `the child`)");
    assert_eq!(formula.columns(), ["y", "arm", "age", "visit", "the child"]);
}

#[test]
fn a_syntax_error_points_at_the_place() {
    let cases = [
        ("sdq ~ arm * ", 12, "expected a column"),
        ("sdq ~ arm visit", 10, "expected an operator"),
        ("sdq arm", 4, "`~`"),
        ("sdq ~ (1 | child", 16, "`)`"),
        ("sdq ~ arm + child | g", 18, "in parentheses"),
        ("sdq ~ log(arm", 13, "`)`"),
        ("sdq ~ factor(arm, ref = 'SAU)", 24, "never closed"),
        ("sdq ~ .", 6, "write out the columns"),
        ("sdq ~ arm + 2", 12, "only 0 and 1"),
        ("sdq ~ a %in% b", 8, "%in%"),
        ("sdq ~ a * (1 | g)", 11, "added to a formula"),
        ("sdq ~ (a | b + c)", 11, "a group is a column"),
        ("größe ~ ä +", 11, "expected a column"),
        ("y ~ log(b + (1 | g))", 13, "inside another"),
        ("y ~ a + y", 8, "both sides"),
        ("", 0, "expected a column"),
        ("y ~ a ~ b", 6, "one `~`"),
        ("y ~ a:offset(t)", 6, "added to a formula"),
        ("y ~ I(1e999)", 6, "not a number"),
    ];
    for (text, column, expected) in cases {
        let message = refused(text);
        let lines: Vec<&str> = message.lines().collect();
        assert!(lines[0].contains(expected), "{message}");
        assert_eq!(lines[1], format!("  {text}"), "{message}");
        assert_eq!(lines[2].find('^'), Some(column + 2), "{message}");
        assert_eq!(text.parse::<Formula>().unwrap_err().code(), "formula_syntax");
    }
}

#[test]
fn operators_bind_as_in_r() {
    for (text, canonical) in [
        ("y~-a^2+0", "y ~ -a^2 + 0"),
        ("y~I((-a)^2)", "y ~ I((-a)^2)"),
        ("y~I(a-(b-c))", "y ~ I(a - (b - c))"),
        ("y~I((a-b)-c)", "y ~ I(a - b - c)"),
        ("y~I(a^b^c+(a^b)^c)", "y ~ I(a^b^c + (a^b)^c)"),
        ("y~a:b*c", "y ~ a:b * c"),
        ("y~a:(b*c)", "y ~ a:(b * c)"),
        ("y~((a))", "y ~ a"),
        ("~a", "~ a"),
        ("y~sin(2*pi*t)+.x+`1st visit`", "y ~ sin(2 * pi * t) + .x + `1st visit`"),
    ] {
        assert_eq!(read(text).to_string(), canonical);
    }
}

#[test]
fn hostile_input_is_refused_and_does_not_exhaust_the_stack() {
    for text in ["(", "-", "a^", "f(", "a/(", "a|", "- -", "I(-", "1:-", "a+-"] {
        assert!(text.repeat(100_000).parse::<Formula>().is_err());
        let _ = format!("y ~ {}", text.repeat(60)).parse::<Formula>();
    }
    let longest = format!("y ~ x0{}", (1..1_900).map(|i| format!(" + x{i}")).collect::<String>());
    assert_eq!(labels(&read(&longest)).len(), 1_900);
    assert!(format!("y ~ ({})^9", ["a", "b", "c", "d", "e", "f", "g", "h", "i"].join("+")).parse::<Formula>().is_ok());
}

fn expression() -> impl Strategy<Value = Expr> {
    let expr = |kind| Expr { kind, span: Span::default() };
    let name = prop_oneof!["[a-z][a-z0-9_.]{0,4}", "\\.[a-z]", "[ä-ü]{1,3}", "[ -~]{1,6}"];
    let leaf = prop_oneof![
        name.clone().prop_map(ExprKind::Name),
        (0.0..1e9_f64).prop_map(ExprKind::Number),
        "\\PC{0,8}".prop_map(ExprKind::Text),
        any::<bool>().prop_map(ExprKind::Flag),
    ];
    leaf.prop_map(expr).prop_recursive(5, 40, 3, move |inner| {
        let operator = prop_oneof![
            Just(Operator::Add),
            Just(Operator::Subtract),
            Just(Operator::Cross),
            Just(Operator::Nest),
            Just(Operator::Interact),
            Just(Operator::Power)
        ];
        let boxed = inner.clone().prop_map(Box::new);
        let argument =
            (proptest::option::of("[a-z]{1,4}"), inner.clone()).prop_map(|(name, value)| Argument { name, value });
        prop_oneof![
            (operator, boxed.clone(), boxed.clone()).prop_map(|(operator, left, right)| ExprKind::Binary {
                operator,
                left,
                right
            }),
            (any::<bool>(), boxed.clone()).prop_map(|(negative, operand)| ExprKind::Sign { negative, operand }),
            ("[a-z]{1,4}", proptest::collection::vec(argument, 0..3))
                .prop_map(|(function, arguments)| ExprKind::Call { function, arguments }),
        ]
        .prop_map(expr)
    })
}

fn barred() -> impl Strategy<Value = Expr> {
    (any::<bool>(), expression(), expression()).prop_map(|(independent, left, right)| {
        let kind = ExprKind::Bar { independent, left: Box::new(left), right: Box::new(right) };
        Expr { kind, span: Span::default() }
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_parsed_to_the_same(expr in prop_oneof![3 => expression(), 1 => barred()]) {
        let text = format!("y ~ {expr}");
        let (_, again) = parse::formula(&text).map_err(|failure| TestCaseError::fail(format!("{text}: {failure:?}")))?;
        prop_assert_eq!(again, expr, "{}", text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[-+*/:^()|~a-c0-2., =\"`'\\\\é%]{0,40}") {
        if let Ok(formula) = text.parse::<Formula>() {
            prop_assert_eq!(&formula.to_string().parse::<Formula>().unwrap(), &formula);
        }
    }
}
