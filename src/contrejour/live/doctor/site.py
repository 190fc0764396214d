"""What was written: the site file, the plan, the logins; and whether they fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from contrejour.base.errors import CameraError, ContrejourError
from contrejour.custody.seal.retention import HORIZON, sealed_until
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.vocabulary import Act
from contrejour.live.doctor.finding import PLAN, SEAL, CheckResult, doubtful, failing, fine, of
from contrejour.live.site import Site, address
from contrejour.live.watch import SealingConfig, acts_of
from contrejour.live.watch.privacy import drawn, untouched

SOON = timedelta(days=30)


def logins(site: Site) -> Iterator[CheckResult]:
    """Those that can't be read, and those that the network may hear."""
    for name, place in site.cameras.items():
        try:
            address(name, place)
        except CameraError as error:
            yield from of(name, error)
        if place.login_in_clear:
            yield doubtful(name, "login-in-clear")


def plan_fits(site: Site, plan: Plan, now: datetime) -> Iterator[CheckResult]:
    """What `watch` would refuse of each camera; what ends soon; whom the site forgot."""
    for name, place in site.cameras.items():
        try:
            acts = acts_of(plan, name, site.cameras[name].events)
            opened = [plan.is_open(name, act, now) for act in acts]
            drawn(plan, name, place.privacy)
            if site.seal and Act.RECORD in acts:
                untouched(plan, name, place.privacy)
        except ContrejourError as error:
            yield from of(name, error)
            continue
        if not all(opened):
            yield doubtful(name, "plan-closed-now")
        else:
            yield fine(name, "plan-lets-it", acts=", ".join(acts))
    if now < plan.not_before:
        yield failing(PLAN, "plan-begins-on", code=11, day=plan.not_before)
    elif plan.expires - now < SOON:
        yield doubtful(PLAN, "plan-ends-on", day=plan.expires)
    if others := sorted(set(plan.cameras) - set(site.cameras)):
        yield doubtful(PLAN, "plan-names-more", cameras=", ".join(others))


def sealed(
    read: Callable[[], SealingConfig], plan: Plan | None, now: datetime
) -> Iterator[CheckResult]:
    """Whether the policies here were voted, and there are keys until tomorrow, none of later."""
    config = read()
    parties, voted = config.parties, plan.originals(plan.cameras[0]) if plan else None
    if voted:
        try:
            voted.demand(config.policies)
        except ContrejourError as error:
            yield from of(SEAL, error)
            return
        yield fine(SEAL, "policies-voted", open=config.policies.open_policy,
                   witness=config.policies.witness_policy)  # fmt: skip
    else:
        yield doubtful(SEAL, "policies-not-compared", open=config.policies.open_policy)
    horizon = voted.horizon if voted else HORIZON
    for day in (now, now + timedelta(days=1)):
        try:
            keys = parties.keys(f"{day:%Y-%m-%d}", sealed_until(now, horizon))
        except ContrejourError as error:
            yield from of(SEAL, error)
            return
    ways = ", ".join("+".join(sorted(way)) for way in keys.ways)
    yield fine(SEAL, "opens-together", ways=ways)
