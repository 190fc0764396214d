"""`contrejour mandate` and `contrejour keys`, as a person runs them."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import pytest
from fakes.mandates import FOLDER, FULL
from fakes.runs import check, run
from fakes.sections import ceremony
from fakes.sites import voted

FRENCH = {"LC_ALL": "fr_FR.UTF-8"}
LAWFUL, PROJECT = FOLDER / "lawful.yaml", FOLDER / "project.yaml"
DAY = ["--as-of", "2027-02-12"]


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> Path:
    """The lawful example with whole hashes (JSON is YAML)."""
    path = tmp_path_factory.mktemp("full") / "full.yaml"
    path.write_text(json.dumps(FULL))
    return path


@pytest.fixture(scope="module")
def key(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "body.key"
    assert run("keys", "new", path).returncode == 0
    return path


@pytest.mark.parametrize(
    ("file", "day", "code"),
    [(LAWFUL, "2027-02-12", 0), (LAWFUL, "2027-02-01", 10), (LAWFUL, "2028-01-02", 11),
     (PROJECT, "2021-07-19", 11), (PROJECT, "2026-11-23", 11)],
)  # fmt: skip
def test_check_ends_with_the_code_of_its_verdict(file, day, code):
    done = run("mandate", "check", file, "--as-of", day)
    assert done.returncode == code, done.stderr
    assert done.stderr == ""


def test_the_report_has_verdict_rule_sentence_citation_and_cure_in_both_languages():
    french = run("mandate", "check", PROJECT, "--as-of", "2026-11-23", "--lang", "fr").stdout
    for said in ("Au 23 novembre 2026 : REFUSÉ", "REFUS EU-07", "Règlement IA (UE) 2024/1689",
                 "10\N{NO-BREAK SPACE}000 caméras ne sont pas un lieu", "[citation non vérifiée]",
                 "→ Joindre : analyse d'impact (AIPD)"):  # fmt: skip
        assert said in french
    english = run("mandate", "check", PROJECT, "--as-of", "2026-11-23", "--lang", "en").stdout
    for said in ("On 23 November 2026: REFUSED", "REFUSED EU-07", "[citation not verified]",
                 "→ Supply: impact assessment (DPIA)"):  # fmt: skip
        assert said in english
    assert run("mandate", "check", PROJECT, "--as-of", "2026-11-23", env=FRENCH).stdout == french


def test_the_json_report_is_whole_and_in_both_languages():
    done = run("mandate", "check", LAWFUL, *DAY, "--json")
    told = json.loads(done.stdout)
    assert [each["verdict"] for each in told["measures"]] == ["accept"] * 3
    found = told["measures"][1]["findings"]
    assert {"rule", "verdict", "because", "cure", "citation", "link", "verified"} == set(found[0])
    assert all(set(each["because"]) == {"fr", "en"} for each in found)


def test_a_malformed_mandate_names_file_line_and_key(tmp_path):
    path = tmp_path / "m.yaml"
    text = LAWFUL.read_text().replace("purpose", "porpose").replace("regime: gdpr", "")
    path.write_text(text)
    line = 1 + text[: text.index("porpose")].count("\n")
    done = run("mandate", "check", path)
    assert done.returncode == 2
    assert f"contrejour: error: {path}:{line}: measures.0.porpose: unknown key" in done.stderr
    assert "contrejour: hint: did you mean purpose?" in done.stderr
    assert "regime: is missing" in done.stderr
    said = run("mandate", "check", path, "--lang", "fr").stderr
    assert f"{path}:{line} : measures.0.porpose : clé inconnue" in said
    assert "s'agit-il de purpose ?" in said


@pytest.mark.parametrize(("content", "code"), [(b"\xff\xfe\x00", 2), (b"", 2), (b"a: [", 2)])
def test_rubbish_is_malformed(tmp_path, content, code):
    path = tmp_path / "m.yaml"
    path.write_bytes(content)
    done = run("mandate", "check", path)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)


def test_a_missing_file_or_folder_is_said(tmp_path):
    assert run("mandate", "check", tmp_path / "no.yaml").returncode == 3
    assert run("mandate", "check", tmp_path).returncode == 3
    assert run("mandate", "check", LAWFUL, "--documents", tmp_path / "no").returncode == 3
    assert run("mandate", "check", LAWFUL, "--as-of", "yesterday").returncode == 2


def test_documents_are_compared_with_their_files(tmp_path):
    data = json.loads(json.dumps(FULL))
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, document in data["documents"].items():
        file = folder / f"{name}.pdf"
        file.write_text(name)
        document["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    path = tmp_path / "m.yaml"
    path.write_text(json.dumps(data))
    check = ("mandate", "check", path, *DAY, "--documents", folder, "--lang", "en")
    assert run(*check).returncode == 0
    (folder / "aipd.pdf").write_text("another text")
    changed = run(*check)
    assert changed.returncode == 11
    assert "The file of “aipd” is not the one that was voted" in changed.stdout
    (folder / "aipd.pdf").unlink()
    assert run(*check).returncode == 10


def test_only_shows_a_diff_to_vote_and_runs_nothing():
    done = run("mandate", "check", PROJECT, "--only", "m2a-cars-interurbains,m3-temps-reel-trains")
    assert done.returncode == 10
    assert "-  - id: m1-reconnaissance-faciale" in done.stdout
    assert "   - id: m2a-cars-interurbains" in done.stdout
    kept = run("mandate", "check", LAWFUL, *DAY, "--only", "compter,car-enregistrer")
    assert kept.returncode == 0
    assert "-  - id: evenement" in kept.stdout
    wrong = run("mandate", "check", PROJECT, "--only", "m2a-cars")
    assert wrong.returncode == 2
    assert "did you mean m2a-cars-" in wrong.stderr


def test_from_a_mandate_and_a_key_to_a_verified_plan(full, key, tmp_path):
    plan = tmp_path / "plan.json"
    done = run("mandate", "compile", full, *DAY, "-o", plan, "--key", key)
    assert done.returncode == 0, done.stderr
    assert "28" in done.stdout
    pub = key.with_name("body.key.pub")
    assert run("mandate", "verify", plan, "--pub", pub).stdout == done.stdout
    plan.write_bytes(plan.read_bytes().replace(b"P30D", b"P31D"))
    broken = run("mandate", "verify", plan, "--pub", pub)
    assert broken.returncode == 16
    assert "something was changed after signing" in broken.stderr


def test_a_region_describes_10_000_cameras(key, tmp_path):
    """More than 8,000 with their positions used to be too long a text."""
    file, plan, count = tmp_path / "region.yaml", tmp_path / "plan.json", 10_000
    cameras = {
        f"gare-de-lyon-quai-{n:05}": {
            "place": "quais", "direction": n % 360, "type": "fixed", "mount": "pole",
            "position": {"longitude": 4.85 + n / 1e5, "latitude": 45.7 + n / 1e5},
        }
        for n in range(count)
    }  # fmt: skip
    measure = {**FULL["measures"][0], "cameras": {"place": "quais", "count": count}}
    file.write_text(json.dumps({**FULL, "cameras": cameras, "measures": [measure]}))
    done = run("mandate", "compile", file, *DAY, "-o", plan, "--key", key)
    assert done.returncode == 0, done.stderr
    assert f"{count} cameras" in done.stdout
    assert run("mandate", "publish", file, *DAY, "-o", tmp_path / "public").returncode == 0
    shown = json.loads((tmp_path / "public" / "cameras.geojson").read_bytes())
    assert len(shown["features"]) == count


def test_a_plan_is_not_replaced_unless_asked(full, key, tmp_path):
    plan = tmp_path / "plan.json"
    plan.write_text("mine")
    compile_ = ("mandate", "compile", full, *DAY, "-o", plan, "--key", key)
    assert run(*compile_).returncode == 8
    assert plan.read_text() == "mine"
    assert run(*compile_, "--force").returncode == 0


@pytest.mark.parametrize(("day", "code"), [("2027-02-01", 10), ("2028-01-02", 11)])
def test_no_plan_comes_of_a_mandate_that_is_not_accepted(full, key, tmp_path, day, code):
    plan = tmp_path / "plan.json"
    done = run("mandate", "compile", full, "--as-of", day, "-o", plan, "--key", key)
    assert done.returncode == code
    assert "contrejour mandate check FILE says why" in done.stderr
    assert not plan.exists()


def test_the_default_key_is_in_the_users_configuration(full, tmp_path):
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": ""}
    plan = tmp_path / "plan.json"
    compile_ = ("mandate", "compile", full, *DAY, "-o", plan)
    missing = run(*compile_, env=home)
    assert missing.returncode == 3
    assert "contrejour keys new makes a key" in missing.stderr
    assert run("keys", "new", env=home).returncode == 0
    secret = tmp_path / ".config/contrejour/mandate.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert run(*compile_, env=home).returncode == 0
    assert run("mandate", "verify", plan, env=home).returncode == 0
    again = run("keys", "new", env=home)
    assert again.returncode == 8  # a key is never replaced


def test_a_key_with_a_password_wants_it(full, tmp_path):
    password = tmp_path / "password"
    password.touch(0o600)
    password.write_text("correct horse battery\n")
    secret = tmp_path / "a.key"
    assert run("keys", "new", secret, "--password-file", password).returncode == 0
    assert b"ENCRYPTED" in secret.read_bytes()
    compile_ = ("mandate", "compile", full, *DAY, "-o", tmp_path / "plan.json", "--key", secret)
    assert run(*compile_).returncode == 16
    password.with_name("wrong").touch(0o600)
    password.with_name("wrong").write_text("x\n")
    assert run(*compile_, "--password-file", password.with_name("wrong")).returncode == 16
    assert run(*compile_, "--password-file", password).returncode == 0


def test_an_empty_password_file_is_said(tmp_path):
    (tmp_path / "empty").touch(0o600)
    (tmp_path / "empty").write_text("\n")
    done = run("keys", "new", tmp_path / "a.key", "--password-file", tmp_path / "empty")
    assert (done.returncode, "has no password in it" in done.stderr) == (3, True)
    assert not (tmp_path / "a.key").exists()


def test_what_is_published_knows_of_a_document_that_changed(full, tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "aipd.pdf").write_text("not what was voted")
    for more, band in ((), False), (("--documents", documents), True):
        out = tmp_path / f"out{band}"
        assert run("mandate", "publish", full, *DAY, "-o", out, *more).returncode == 0
        page = (out / "index.fr.html").read_text()
        assert ("NE PAS AFFICHER" in page) is band


def test_diff_says_in_words_what_a_new_version_changes(tmp_path):
    old = LAWFUL.read_text()
    new = tmp_path / "new.yaml"
    new.write_text(
        old.replace("detect.zone, ", "detect.zone, detect.weapon, ")
        .replace("count: 4,", "count: 6,")
        .replace("until: 2027-12-31", "until: 2027-06-30")
        .replace("  - id: car-enregistrer", "  - id: car-filmer")
    )
    done = run("mandate", "diff", LAWFUL, new, *DAY, "--lang", "fr")
    assert done.returncode == 0
    for said in ("▼ valid.until : 2027-12-31 → 2027-06-30", "▼ mesure retirée : car-enregistrer",
                 "▲ mesure ajoutée : car-filmer",
                 "▲ evenement : actes ajoutés : détection d'une arme", "= ACCEPTÉ"):  # fmt: skip
        assert said in done.stdout
    new.write_text(
        old + "originals: {window: PT10S, horizon: PT12H, cooling_off: P2D, camera_minutes: 300}\n"
    )
    done = run("mandate", "diff", LAWFUL, new, *DAY, "--lang", "en")
    for said in ("▼ originals.window: PT1M → PT10S", "▲ originals.horizon: P1D → PT12H",
                 "▼ originals.cooling_off: P1D → P2D", "▲ originals.camera_minutes: 240 → 300",
                 "= ACCEPTED"):  # fmt: skip
        assert said in done.stdout
    same = run("mandate", "diff", LAWFUL, LAWFUL, *DAY, "--lang", "en")
    assert same.stdout == "= ACCEPTED (2027-02-12)\n"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_new_mandate_loads_and_says_what_it_lacks(tmp_path, language):
    path = tmp_path / "m.yaml"
    assert run("mandate", "new", "--lang", language, "-o", path).returncode == 0
    text = path.read_text()
    assert ("à compléter" if language == "fr" else "to fill in") in text
    assert run("mandate", "check", path).returncode == 10
    assert run("mandate", "new", "--lang", language).stdout == text
    assert run("mandate", "new", "-o", path).returncode == 8


def test_questions_are_answered_by_number_or_word():
    from datetime import date

    from contrejour.law.mandate import read
    from contrejour.law.mandate.draft import asked, template

    answers = iter(["Ville d'Ixe", "zebra", "municipality", "m 1", "m-1", "D-1", "hier",
                    "2027-02-30", "2027-01-01", "2", "trente-huit", "38", "zéro", "0", "3", "",
                    ""])  # fmt: skip
    told = asked(lambda _: next(answers), "fr", date(2027, 1, 1))
    mandate = read(template(told, "fr", date(2027, 1, 1)), "m")
    assert mandate.body.name == "Ville d'Ixe"
    assert mandate.body.kind == "municipality"
    assert mandate.places["lieu-1"].what == "station-platform"
    assert mandate.measures[0].cameras.count == 3
    assert mandate.measures[0].do == ("record",)


def test_a_full_disk_leaves_no_half_plan(full, key):
    done = run("mandate", "compile", full, *DAY, "-o", "/dev/full/plan.json", "--key", key)
    assert done.returncode == 9


def test_attack_04_a_mandate_is_compiled_for_the_policies_that_it_names_alone(tmp_path, key):
    """A plan named nobody: who opens was a text beside it."""
    ceremony(tmp_path)
    opening, witnesses = tmp_path / "open.policy", tmp_path / "witness.policy"
    plan, mandate = tmp_path / "plan.json", tmp_path / "mandate.yaml"

    def compiled(*more: object, **named: object):
        mandate.write_text(json.dumps({**FULL, "originals": named}))
        return run("mandate", "compile", mandate, *DAY, "-o", plan, "--key", key, *more)

    files = ("--policy", opening, "--witnesses", witnesses)
    of = voted(tmp_path)
    check(compiled(**of), 2, "both files are needed")
    check(compiled(*files[:2], **of), 2, "both files are needed")
    check(compiled(*files), 11, "doesn't name open_policy")
    check(compiled(*files, open_policy=of["open_policy"]), 2, "witness_policy is missing")
    check(compiled(*files, **{**of, "open_policy": "a" * 64}), 11, "not the one that was voted")
    alone = tmp_path / "alone"
    alone.write_text("party admin age1\nquorum admin\n")
    theirs = {**of, "open_policy": hashlib.sha256(alone.read_bytes()).hexdigest()}
    check(compiled("--policy", alone, "--witnesses", witnesses, **theirs), 19, "one vault")
    assert not plan.exists()
    done = compiled(*files, **of)
    assert done.returncode == 0, done.stderr
    assert all(each in done.stdout for each in of.values())
    assert of.items() <= json.loads(plan.read_bytes())["signed"]["originals"].items()
