"""Where each row of the checklist for clearinghouses is tested (GA4GH AAI and Passport 1.2.1)."""

from pathlib import Path

from tests.node.identity.test_clearinghouse import GRANTS, REFUSED

# "GRANTS: name" and "REFUSED: name" are passports; the others are tests, by module and name.
CHECKLIST: dict[str, tuple[str, ...]] = {
    "C1": (
        "REFUSED: issuer not trusted",
        "test_visa_command.test_a_trust_file_without_issuers_is_refused",
    ),
    "C2": (
        "test_passports.test_a_passport_by_exchange_is_taken_where_the_settings_say_so",
        "test_login.test_another_provider_is_refused",
    ),
    "C3": (
        "REFUSED: a passport as a visa",
        "test_passports.test_a_passport_that_fails_a_check_ends_the_log_in",
    ),
    "C4": (
        "GRANTS: es256",
        "REFUSED: alg none",
        "REFUSED: alg HS256",
        "REFUSED: alg RS384",
        "REFUSED: HS256 with the public key as the secret",
    ),
    "C5": (
        "REFUSED: jku of a stranger",
        "REFUSED: jku of another trusted issuer",
        "test_keys.test_an_address_that_is_not_trusted_is_never_asked",
    ),
    "C6": (
        "REFUSED: unknown kid",
        "REFUSED: jwk in the header",
        "REFUSED: x5u in the header",
        "REFUSED: crit",
        "test_clearinghouse.test_two_keys_of_one_name_are_not_chosen_from",
        "test_keys.test_a_new_key_is_found_at_once_after_a_rotation",
    ),
    "C7": (
        "REFUSED: expired",
        "REFUSED: nbf in the future",
        "REFUSED: iat in the future",
        "REFUSED: no iss",
        "REFUSED: no sub",
        "REFUSED: no iat",
        "REFUSED: no exp",
        "REFUSED: signed by another's key",
    ),
    "C8": (
        "GRANTS: scope without openid",
        "REFUSED: scope with openid",
        "REFUSED: an access token",
    ),
    "C9": (
        "GRANTS: unknown claims",
        "GRANTS: bad visas next to a good one",
        "REFUSED: custom type",
    ),
    "C10": ("REFUSED: source trusted for another dataset", "REFUSED: issuer not trusted"),
    "C11": (
        "GRANTS: linked by a chain",
        "REFUSED: another's visa",
        "REFUSED: linked by a stranger",
        "test_clearinghouse.test_an_issuer_can_be_told_not_to_speak_for_the_brokers_subjects",
    ),
    "C12": (
        "REFUSED: value a prefix",
        "REFUSED: value with another case",
        "REFUSED: value of 256 characters",
    ),
    "C13": (
        "GRANTS: pattern with asterisk",
        "GRANTS: split_pattern on linked identities",
        "REFUSED: met by a conditional visa",
        "REFUSED: an unknown prefix",
        "REFUSED: one clause met by two visas",
        "REFUSED: conditions on asserted",
        "test_clearinghouse.test_patterns_match_as_a_regular_expression_would",
    ),
    "C14": (
        "REFUSED: by missing",
        "REFUSED: by self",
        "test_clearinghouse.test_who_decides_is_a_choice_of_each_dataset",
    ),
    "C15": (
        "REFUSED: asserted missing",
        "REFUSED: asserted in the future",
        "REFUSED: source missing",
        "test_login.test_a_grant_is_not_live_from_the_instant_its_visa_ends",
    ),
    "C16": (
        "test_clearinghouse.test_a_visa_that_a_condition_needs_bounds_the_grant",
        "test_clearinghouse.test_a_chain_of_links_ends_with_its_shortest",
        "test_clearinghouse.test_an_assertion_counts_no_longer_than_the_node_lets_any",
    ),
    "C17": (
        "../hub/test_polling.test_who_is_at_work_is_asked_about_once_an_hour_and_a_little_later",
        "../hub/test_polling.test_a_silence_is_tried_again_later_and_later",
        "../hub/test_polling.test_a_no_is_told_to_the_node_and_nobody_asks_again",
        "../hub/test_polling.test_a_spent_token_says_nothing_about_the_person",
        "test_keys.test_a_silent_issuer_is_asked_less_and_less_often",
    ),
    "C18": ("test_passports.test_neither_passport_nor_token_is_recorded",),
    "C19": ("test_passports.test_neither_passport_nor_token_is_recorded",),
    "C20": (
        "REFUSED: a visa too large",
        "REFUSED: too many visas",
        "test_clearinghouse.test_more_key_sets_than_the_limit_are_not_asked",
        "test_keys.test_redirects_errors_and_endless_answers_are_no_answer",
        "test_keys.test_one_passport_takes_no_more_than_its_time",
    ),
}


def test_every_row_of_the_checklist_names_tests_that_are_there() -> None:
    here = Path(__file__)
    passports = {"GRANTS": GRANTS, "REFUSED": REFUSED}

    for row, tests in CHECKLIST.items():
        assert tests, row
        for test in tests:
            kind, separator, name = test.partition(": ")
            if separator:
                assert name in passports[kind], test
            else:
                module, _, function = test.rpartition(".")
                assert f"def {function}(" in (here.parent / f"{module}.py").read_text(), test
    assert list(CHECKLIST) == [f"C{n}" for n in range(1, 21)]
