from django.urls import include, path

from imtplan.campaigns.entry.pages import cell_views, entry_views, history_views, school_views
from imtplan.campaigns.files import file_views, proposal_views
from imtplan.campaigns.review import (
    campaign_progress_views,
    queue_views,
    review_views,
    submission_views,
)
from imtplan.campaigns.review.effects import effect_views
from imtplan.campaigns.review.receipts import receipt_views
from imtplan.campaigns.terms import account_views, campaign_views, people_views

# One school's part of one year.
of_a_school = [
    path("", entry_views.entry, name="entry"),
    path("valeur/<slug:indicator>/", cell_views.save_cell, name="save_cell"),
    path("effet/<slug:indicator>/", effect_views.effect_of_cell, name="effect"),
    path("coller/", proposal_views.paste, name="paste"),
    path("proposition/<int:pk>/", proposal_views.proposal, name="proposal"),
    path("annuler/<int:event>/", proposal_views.undo_save, name="undo"),
    path("historique/<slug:indicator>/", history_views.history, name="history"),
    path("classeur.xlsx", file_views.workbook, name="workbook"),
    path("formulaire/", school_views.blank_form, name="blank_form"),
    path("formulaire.pdf", school_views.blank_form_pdf, name="blank_form_pdf"),
    path("classeur.<book:book>", file_views.workbook, name="workbook"),
    path("importer/", file_views.import_file, name="import"),
    path("relire/", review_views.review, name="review"),
    path("soumettre/", submission_views.send, name="send"),
    path("reprendre/", submission_views.take_figures_back, name="take_back"),
    path("remarque/<int:pk>/", submission_views.answer, name="answer_remark"),
    path("remarque/<int:pk>/regler/", review_views.settle, name="settle_remark"),
    path("decider/", review_views.decide, name="decide"),
]

urlpatterns = [
    path("accueil/<slug:school>/", school_views.home, name="school_home"),
    path("saisies/", queue_views.submissions, name="submissions"),
    path("saisie/<slug:campaign>/<slug:school>/", include(of_a_school)),
    path("recu/<slug:number>/", receipt_views.receipt, name="receipt"),
    path("recu/<slug:number>.pdf", receipt_views.receipt_pdf, name="receipt_pdf"),
    path("recu/<slug:number>.json", receipt_views.receipt_json, name="receipt_json"),
    path("campagnes/", campaign_progress_views.campaigns, name="campaigns"),
    path("campagnes/nouvelle/", campaign_views.campaign_new, name="campaign_new"),
    path("campagnes/<slug:campaign>/", campaign_progress_views.campaign_edit, name="campaign_edit"),
    path("campagnes/<slug:campaign>/supprimer/", campaign_views.deletion, name="campaign_delete"),
    path(
        "campagnes/<slug:campaign>/<slug:school>/delai/", campaign_views.extension, name="extension"
    ),
    path("personnes/", account_views.accounts, name="accounts"),
    path("personnes/<int:pk>/", account_views.account, name="account"),
    path("institut/personnes/", people_views.people, name="institute_people"),
    path("institut/personnes/<int:pk>/terminer/", people_views.end, name="end_institute_role"),
    path("institut/personnes/<int:pk>/retablir/", people_views.undo, name="undo_institute_end"),
    path("ecole/<slug:school>/personnes/", people_views.people, name="school_people"),
    path(
        "ecole/<slug:school>/personnes/<int:pk>/terminer/", people_views.end, name="end_delegation"
    ),
    path("ecole/<slug:school>/personnes/<int:pk>/retablir/", people_views.undo, name="undo_end"),
]
