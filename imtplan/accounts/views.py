"""A person's own pages: the tokens of their programs, and the language of the screens."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from imtplan.accounts.api_token import ApiToken
from imtplan.accounts.forms import TokenForm
from imtplan.accounts.services import choose_language, make_token, revoke_token
from imtplan.buttons import demand_button


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Shows the person's own tokens, and makes a new one."""
    if request.method != "POST":
        return _tokens_page(request, TokenForm(user=request.user))
    form = TokenForm(request.POST, user=request.user)
    if not form.is_valid():
        return _tokens_page(request, form)
    token, key = make_token(
        by=request.user,
        name=form.cleaned_data["name"],
        may_enter=form.cleaned_data.get("may_enter", False),
        expires_at=form.expires_at,
    )
    # No redirect: until the next page the key would have to be stored somewhere.
    return _tokens_page(request, TokenForm(user=request.user), token, key)


def _tokens_page(
    request: HttpRequest, form: TokenForm, made: ApiToken | None = None, key: str = ""
) -> HttpResponse:
    return render(
        request,
        "accounts/tokens.html",
        {
            "form": form,
            "made": made,
            "key": key,
            "tokens": request.user.api_tokens.all(),
            "now": timezone.now(),
            "list_url": request.build_absolute_uri(reverse("api-figures-list")),
            "csv_url": request.build_absolute_uri(reverse("figures-csv")),
        },
    )


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revokes a token; somebody else's is 404, as if it did not exist."""
    token = get_object_or_404(request.user.api_tokens, pk=pk)
    demand_button(request, "revoke")
    revoke_token(token, by=request.user)
    messages.success(
        request, _("“%(name)s” is revoked: its key is refused from now on.") % {"name": token.name}
    )
    return redirect("tokens")


@login_not_required
@require_POST
def set_language_preference(request: HttpRequest) -> HttpResponse:
    """Keeps the language on the account, and in a cookie for the pages before the sign-in."""
    response = redirect(_safe_next(request))
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        choose_language(language, by=request.user)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _safe_next(request: HttpRequest) -> str:
    """Returns the next address if it is of this site: another would serve phishing."""
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts=None, require_https=request.is_secure()
    )
    return address if ours and address.startswith("/") else "/"


@login_not_required
def addresses(request: HttpRequest, key: str = "") -> HttpResponse:
    """Closes allauth's own pages of addresses: only the plan office changes a person's address."""
    raise Http404
