from django.urls import path

from imtplan.accounts import views

urlpatterns = [
    path("email/", views.addresses, name="account_email"),
    path("confirm-email/", views.addresses, name="account_email_verification_sent"),
    path("confirm-email/<path:key>/", views.addresses, name="account_confirm_email"),
    path("jetons/", views.tokens, name="tokens"),
    path("jetons/<int:pk>/revoquer/", views.revoke, name="revoke-token"),
    path("langue/", views.set_language_preference, name="set_language_preference"),
]
