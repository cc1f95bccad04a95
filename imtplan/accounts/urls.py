from django.urls import path

from imtplan.accounts import views

urlpatterns = [
    path("email/", views.addresses, name="account_email"),
    path("jetons/", views.tokens, name="tokens"),
    path("jetons/<int:pk>/revoquer/", views.revoke, name="revoke-token"),
    path("langue/", views.set_language_preference, name="set_language_preference"),
]
